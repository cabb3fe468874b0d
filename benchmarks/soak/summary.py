"""What hours of rounds show: whether every fault was mended, and whether memory grows."""

import math
from dataclasses import dataclass
from statistics import median

from scipy.stats import linregress

FEWEST = 5
# A slope below this share of the median an hour is none, whatever its error.
NEGLIGIBLE = 0.01
# Standard errors that a slope must be above 0.
CERTAIN = 3


@dataclass(frozen=True)
class Trend:
    """How a series changes with time.

    Attributes
    ----------
    count : int
    median, maximum : float
        In the series' unit.
    slope, error : float or None
        The unit an hour, by least squares, and its standard error; None for fewer values than `FEWEST`.
    """

    count: int
    median: float
    maximum: float
    slope: float | None = None
    error: float | None = None

    @property
    def verdict(self):
        """``grows``, ``steady`` or, where the values do not tell, ``too few``."""
        if self.slope is None:
            return "too few"
        grows = self.slope > max(CERTAIN * self.error, NEGLIGIBLE * self.median)
        return "grows" if grows else "steady"


def trend(series):
    """The `Trend` of a list of (hours, value)."""
    hours, values = zip(*series, strict=True)
    known = len(values), median(values), max(values)
    if len(values) < FEWEST or len(set(hours)) < 2:
        return Trend(*known)
    fit = linregress(hours, values)
    return Trend(*known, float(fit.slope), float(fit.stderr))


def series_of(record):
    """The named series in a soak's record: peaks by kind of process, the library's memory, Snakemake's own files.

    They begin when each fault has had its first round, as until then caches fill and records are new.

    Parameters
    ----------
    record : dict
        As `benchmarks.soak` writes it.

    Returns
    -------
    dict of str to list of (hours, value)
    """
    begin = end_of_first_cycle(record["rounds"])
    named = {f"peak of {kind}, MB": series for kind, series in sorted(record["peak_megabytes"].items())}
    named["library, MB"] = record["library_megabytes"]
    named["files of Snakemake's record"] = [[each["hours"], each["snakemake_files"]] for each in record["rounds"]]
    settled = {name: [pair for pair in series if pair[0] > begin] for name, series in named.items()}
    return {name: series for name, series in settled.items() if series}


def end_of_first_cycle(rounds):
    """Hours until each fault had a round; infinite before that is known by a second one."""
    seen, hours = set(), math.inf
    for each in rounds:
        if each["fault"] in seen:
            return hours
        seen.add(each["fault"])
        hours = each["hours"]
    return math.inf


def summarize(record):
    """The summary, as text; its last line is the verdict."""
    rounds = record["rounds"]
    lines = [f"{len(rounds)} rounds in {max((each['hours'] for each in rounds), default=0.0):.2f} h"]
    for fault in dict.fromkeys(each["fault"] for each in rounds):
        same = [each for each in rounds if each["fault"] == fault]
        lines.append(f"  {fault}: {len(same)}, mended {sum(not each['problem'] for each in same)}")
    lines.append("")
    lines.append(f"{'':32}{'count':>8}{'median':>10}{'maximum':>10}{'an hour':>10}{'± error':>9}  verdict")
    trends = {name: trend(series) for name, series in series_of(record).items()}
    for name, found in trends.items():
        slope = f"{found.slope:>+10.2f}{found.error:>9.2f}" if found.slope is not None else f"{'':19}"
        lines.append(f"{name:32}{found.count:>8}{found.median:>10.1f}{found.maximum:>10.1f}{slope}  {found.verdict}")
    problems = [f"round {number} ({each['fault']})" for number, each in enumerate(rounds, 1) if each["problem"]]
    growing = [name for name, found in trends.items() if found.verdict == "grows"]
    lines.append("")
    lines.append(f"Not mended: {', '.join(problems) or 'none'}. Growing: {', '.join(growing) or 'none'}.")
    return "\n".join(lines)
