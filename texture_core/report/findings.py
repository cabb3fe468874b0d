"""Check the findings of the paper with the scores of a study.

Usage: ``python -m texture_core.report.findings results/mcdermott168/scores.tsv``. The settings are those of
``config/paper.yaml``. Settings are compared on the textures for which all of them have a score.
"""

import argparse
import csv
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from texture_core.errors import StorageError, TextureError
from texture_core.report.score_labels import format_number

NEURAL = (
    "ulyanov_lebedev",
    "gram",
    "gram_autocorrelation",
    "gram_autocorrelation_diversity_1e-5",
    "gram_autocorrelation_diversity_1e-3",
)
ALL = ("griffin_lim", "mcdermott_simoncelli", *NEURAL)
# The paper's classifier is preferred.
CLASSIFIER_SCORES = ("vggish_kl", "yamnet_kl")
# Syntheses of the paper score 1.6 to 7 on diversity, copies above 20.
COPIED = 7.0
COPY_SCORE = 15.0
# Factor to the next worst setting that counts as "by far"; in the paper it is above 10 in each class.
BY_FAR = 2.0


@dataclass(frozen=True)
class Finding:
    """A claim of the paper, compared with the scores.

    Attributes
    ----------
    claim : str
        A sentence, with figures of the paper if there are any.
    holds : bool or None
        None if the scores are insufficient.
    evidence : str
        Figures, or the scores that are missing.
    """

    claim: str
    holds: bool | None
    evidence: str


class _Missing(Exception):
    """Raised if scores that a claim needs are missing."""


class Scores:
    """The rows of a ``scores.tsv``.

    Parameters
    ----------
    rows : list of dict
        ``texture``, ``setting``, ``class``, ``also_class``, and a number or None per score.
    """

    def __init__(self, rows):
        self._values = {}
        self._classes = {}
        for row in rows:
            self._classes[row["texture"]] = {row["class"], row.get("also_class")} - {"", None}
            for name, value in row.items():
                if isinstance(value, float) and math.isfinite(value):
                    self._values[name, row["setting"], row["texture"]] = value

    def classifier(self):
        """Return the name of the available classifier score."""
        names = {name for name, _, _ in self._values}
        for name in CLASSIFIER_SCORES:
            if name in names:
                return name
        raise _Missing(f"no classifier score ({' or '.join(CLASSIFIER_SCORES)})")

    def common(self, score, settings, texture_class=None):
        """Return the sorted textures (of a class) that have a score in all given settings."""
        textures = [
            texture
            for texture, classes in sorted(self._classes.items())
            if (texture_class is None or texture_class in classes)
            and all((score, setting, texture) in self._values for setting in settings)
        ]
        if not textures:
            kind = f"{texture_class} texture" if texture_class else "texture"
            raise _Missing(f"no {kind} has {score} in {', '.join(settings)}")
        return textures

    def means(self, score, settings, texture_class=None, textures=None):
        """Return the mean score of each setting, over `textures` or all common ones."""
        textures = textures or self.common(score, settings, texture_class)
        return {
            setting: sum(self._values[score, setting, texture] for texture in textures) / len(textures)
            for setting in settings
        }

    def value(self, score, setting, texture):
        """Return a single score."""
        return self._values[score, setting, texture]


def _rhythm_improves(scores):
    settings = ("gram", "gram_autocorrelation")
    means = scores.means("autocorrelation", settings, "rhythmic")
    count = len(scores.common("autocorrelation", settings, "rhythmic"))
    return means["gram_autocorrelation"] < means["gram"], f"{_shown(means, 1e3)} (unit 10⁻³, {count} rhythmic textures)"


def _statistics_lose_rhythm(scores):
    means = scores.means("autocorrelation", ALL)
    others = [setting for setting in ALL if setting != "mcdermott_simoncelli"]
    next_worst = max(others, key=means.get)
    factor = means["mcdermott_simoncelli"] / means[next_worst]
    shown = _shown({name: means[name] for name in ("mcdermott_simoncelli", next_worst)}, 1e3)
    return factor >= BY_FAR, f"{shown} (unit 10⁻³; the latter is the worst of the others), {factor:.2g} times"


def _copies_are_least_diverse(scores):
    means = scores.means("diversity", ALL)
    highest = max(means, key=means.get)
    shown = _shown({name: means[name] for name in dict.fromkeys(("griffin_lim", *_next(means, highest)))})
    return highest == "griffin_lim" and means[highest] > COPY_SCORE, f"highest: {shown}"


def _copies_are_best_recognised(scores):
    name = scores.classifier()
    means = scores.means(name, ALL)
    best = min(means, key=means.get)
    return (
        best == "griffin_lim",
        f"{name}, lowest first: {_shown(dict(sorted(means.items(), key=_second)), 1e4)} (10⁻⁴)",
    )


def _diversity_term_prevents_copies(scores):
    settings = NEURAL[2:]
    common = scores.common("diversity", settings)
    copied = [texture for texture in common if scores.value("diversity", settings[0], texture) > COPIED]
    if not copied:
        raise _Missing(f"none of {len(common)} textures copies without the term (diversity above {COPIED:g})")
    means = scores.means("diversity", settings, textures=copied)
    falls = means[settings[2]] < means[settings[1]] and means[settings[2]] < means[settings[0]]
    return falls, f"{_shown(means)}, on {len(copied)} of {len(common)} textures: {', '.join(copied)}"


def _gram_is_best_recognised(scores):
    name = scores.classifier()
    means = scores.means(name, NEURAL)
    best = min(means, key=means.get)
    return best == "gram", f"{name}, lowest first: {_shown(dict(sorted(means.items(), key=_second)), 1e4)} (10⁻⁴)"


_CHECKS = (
    (
        "The autocorrelation score of rhythmic textures falls from gram to α = 10³ (paper: 29.0 to 13.3).",
        _rhythm_improves,
    ),
    (
        "McDermott & Simoncelli's textures are the worst on autocorrelation by far (paper: 408 to 542 against at most "
        f"41; here: at least {BY_FAR:g} times the next).",
        _statistics_lose_rhythm,
    ),
    (
        f"Griffin-Lim copies score highest on diversity, above {COPY_SCORE:g} (paper: 21 to 30).",
        _copies_are_least_diverse,
    ),
    ("Griffin-Lim copies have the best classifier score (paper: best in every class).", _copies_are_best_recognised),
    (
        "A larger β lowers the diversity score of the textures that copy without the term.",
        _diversity_term_prevents_copies,
    ),
    ("Gram alone has the best classifier score of the neural settings.", _gram_is_best_recognised),
)


def check_findings(rows):
    """Check every claim.

    Parameters
    ----------
    rows : list of dict
        See `read_scores`.

    Returns
    -------
    list of Finding
        The same claims in the same order for all scores.
    """
    scores = Scores(rows)
    findings = []
    for claim, check in _CHECKS:
        try:
            holds, evidence = check(scores)
        except _Missing as missing:
            holds, evidence = None, str(missing)
        findings.append(Finding(claim, holds, evidence))
    return findings


def read_scores(path):
    """Read a ``scores.tsv`` to a list of dict, with floats, or None for missing numbers.

    Raises
    ------
    StorageError
        If the file is missing or not such a table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StorageError(
            f"{path}: cannot be read as a table of scores ({error}); give results/CORPUS/scores.tsv"
        ) from None
    texts = ("texture", "setting", "class", "also_class")
    for number, row in enumerate(rows, start=2):
        if not {"texture", "setting", "class"} <= set(row) or None in row:
            raise StorageError(
                f"{path}, line {number}: expected the columns texture, setting, class and one per score, found "
                f"{', '.join(map(str, row))}; give results/CORPUS/scores.tsv"
            )
        for name, text in row.items():
            if name not in texts:
                row[name] = _number(text, path, number, name)
    return rows


def _number(text, path, line, column):
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise StorageError(f"{path}, line {line}: expected a number in column {column}, found {text!r}") from None


def findings_markdown(findings):
    """Format findings as a Markdown list of verdicts, claims and evidence."""
    verdicts = {True: "holds", False: "does not hold", None: "cannot be told"}
    return "".join(f"- **{verdicts[f.holds]}**: {f.claim} {_sentence(f.evidence)}\n" for f in findings)


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}."


def _next(means, highest):
    ordered = sorted(means, key=means.get, reverse=True)
    return [highest, ordered[1]]


def _second(item):
    return item[1]


def _shown(means, factor=1.0):
    return ", ".join(f"{name} {format_number(value * factor)}" for name, value in means.items())


def main(arguments=None):
    """Print the findings of a ``scores.tsv``."""
    parser = argparse.ArgumentParser(
        prog="python -m texture_core.report.findings", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("scores", type=Path, help="results/CORPUS/scores.tsv")
    try:
        print(findings_markdown(check_findings(read_scores(parser.parse_args(arguments).scores))), end="")
    except TextureError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
