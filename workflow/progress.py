"""How far a study is, how long it will take and what it has cost: ``python workflow/progress.py results/study``.

Run it in another terminal than the study. Times are from Snakemake's records of finished jobs, in .snakemake/metadata:
seconds by the clock, including those in which a job waited for a busy core.
"""

import argparse
import base64
import binascii
import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from texture_core.errors import StorageError, TextureError
from texture_core.records.files import read_json
from texture_core.records.score_files import read_scores
from texture_core.report.score_rows import write_scores_tsv

# Jobs of one sound: folders of a setting.
_STAGES = ("choice", "synthesis", "audio", "scores")
# Rules of morphs, which have no scores and other durations.
_MORPHS = ("morph", "morph_take")
# The pace is that of the last hours.
_WINDOW = 3 * 3600


@dataclass(frozen=True)
class Job:
    """A finished job: its rule, its first output below the corpus's folder, and when it began and ended."""

    rule: str
    output: str
    start: float
    end: float

    @property
    def seconds(self):
        return self.end - self.start


def finished_jobs(results):
    """The jobs that Snakemake has finished for a corpus, those that ran several times by their last run.

    Parameters
    ----------
    results : path
        ``results/CORPUS``, in the folder that Snakemake runs in.

    Returns
    -------
    list of Job
    """
    results = Path(results)
    metadata = results.parent.parent / ".snakemake" / "metadata"
    prefix, jobs = f"{results.parent.name}/{results.name}/", {}
    for path in metadata.rglob("*"):
        # Long names are divided among folders, whose names begin with @.
        name = "".join(part.removeprefix("@") for part in path.relative_to(metadata).parts)
        try:
            output = base64.b64decode(name).decode()
            if not (output.startswith(prefix) and path.is_file()):
                continue
            record = json.loads(path.read_text(encoding="utf-8"))
            start, end = record["starttime"], record["endtime"]
        except (binascii.Error, ValueError, KeyError, OSError):
            # Not a record, or one that is being written.
            continue
        if start and end and (results.parent.parent / output).exists():
            # A job of several outputs has a record for each.
            jobs[record["rule"], start, end] = Job(record["rule"], output.removeprefix(prefix), start, end)
    return list(jobs.values())


def progress(results, now):
    """The lines to print.

    Raises
    ------
    StorageError
        If no study was begun there.
    """
    results = Path(results)
    plan = _plan(results)
    by_stage, jobs = defaultdict(list), finished_jobs(results)
    for job in jobs:
        if job.rule in _MORPHS:
            continue
        setting, _, rest = job.output.partition("/")
        by_stage[setting, rest.partition("/")[0]].append(job.seconds)
    scored = {
        setting: sum((results / setting / "scores" / f"{name}.json").is_file() for name in names)
        for setting, names in plan.items()
    }
    each = {
        setting: sum(mean(by_stage[setting, stage]) for stage in _STAGES if by_stage[setting, stage])
        for setting in plan
        if by_stage[setting, "scores"]
    }
    typical = mean(each.values()) if each else None
    width = max(map(len, (*plan, "setting")))
    lines = [f"{'setting':{width}}   scored  job time of one  job time left"]
    left = 0.0
    for setting, names in plan.items():
        remaining = len(names) - scored[setting]
        cost = each.get(setting, typical)
        left += remaining * (cost or 0.0)
        times = (_clock(each.get(setting)), _clock(remaining * cost) if cost else "?")
        lines.append(f"{setting:{width}} {scored[setting]:4}/{len(names):<4} {times[0]:>14} {times[1]:>14}")
    lines.append("")
    by_rule = defaultdict(list)
    for job in jobs:
        by_rule[job.rule].append(job.seconds)
    for rule, seconds in sorted(by_rule.items(), key=lambda item: -sum(item[1])):
        lines.append(f"{rule:{width}} {len(seconds):4} jobs {_clock(sum(seconds)):>14}")
    total = sum(map(sum, by_rule.values()))
    lines += [f"{'all':{width}} {len(jobs):4} jobs {_clock(total):>14}", ""]
    done, of = sum(scored.values()), sum(map(len, plan.values()))
    recent = [job for job in jobs if job.end > now - _WINDOW]
    if done == of:
        lines.append(f"{done} of {of} sounds are scored.")
    elif not recent:
        lines.append(f"{done} of {of} sounds are scored; nothing finished in the last {_clock(_WINDOW)}.")
    elif not left:
        lines.append(f"{done} of {of} sounds are scored; too early to say how long the rest takes.")
    else:
        # How many jobs ran at a time, on average.
        span = max(now - min(job.start for job in recent), 1.0)
        at_a_time = max(sum(job.seconds for job in recent) / span, 0.01)
        lines.append(
            f"{done} of {of} sounds are scored; at the pace of the last {_clock(span)} about "
            f"{_clock(left / at_a_time)} are left."
        )
    if morphs := _read_plan(results)["morphs"]:
        made = sum((results.parent.parent / path).is_file() for path in morphs)
        lines.append(f"{made} of {len(morphs)} morphs are made.")
    return lines


def write_scores_so_far(results, path):
    """Write the scores that are there as a table; see `texture_core.report.score_rows`."""
    plan, textures = _plan(results), _read_plan(results)["textures"]
    paths = [results / setting / "scores" / f"{name}.json" for setting, names in plan.items() for name in names]
    write_scores_tsv(path, [read_scores(path, textures) for path in paths if path.is_file()], settings=list(plan))


def _plan(results):
    """Setting to the names of its sounds."""
    return dict(_read_plan(results)["sounds"])


def _read_plan(results):
    try:
        return read_json(results / "plan.json")
    except StorageError:
        raise StorageError(f"{results}: no run has begun here; give results/CORPUS of a running study") from None


def _clock(seconds):
    """Hours, minutes and seconds; ``?`` for None."""
    if seconds is None:
        return "?"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python workflow/progress.py", description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="results/CORPUS, such as results/study")
    parser.add_argument("--scores", type=Path, metavar="TSV", help="also write the table of the scores so far")
    options = parser.parse_args(arguments)
    results = options.results.resolve()
    try:
        print("\n".join(progress(results, time.time())))
        if options.scores:
            write_scores_so_far(results, options.scores)
    except TextureError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
