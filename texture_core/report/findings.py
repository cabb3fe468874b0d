"""Test the findings of the paper with the scores of a study.

Usage: ``python -m texture_core.report.findings results/study/scores.tsv``. The settings are those of
``config/paper.yaml``. Settings are compared on the textures for which all of them have a score.
"""

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from texture_core.errors import TextureError
from texture_core.parameters.limits import COPY_DIVERSITY
from texture_core.report.paired import compare
from texture_core.report.score_labels import format_number, score_unit
from texture_core.report.score_table import MissingScores, ScoreTable, read_score_table

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
# At matched levels if available: the plain score of noisy textures mostly measures loudness.
RHYTHM_SCORES = ("autocorrelation_rms_matched", "autocorrelation")
# The copies of the paper score above 20 on diversity.
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
        None if the scores are insufficient or the difference is not significant.
    evidence : str
        Figures and the test, or the scores that are missing.
    """

    claim: str
    holds: bool | None
    evidence: str


def _rhythm_improves(table):
    settings = ("gram", "gram_autocorrelation")
    score = _first_known(table, RHYTHM_SCORES)
    textures = table.common(score, settings, "rhythmic")
    return _larger(table, score, *settings, textures)


def _statistics_lose_rhythm(table):
    score = _first_known(table, RHYTHM_SCORES)
    textures = table.common(score, ALL)
    others = [setting for setting in ALL if setting != "mcdermott_simoncelli"]
    means = table.means(score, others, textures)
    next_worst = max(others, key=means.get)
    return _larger(table, score, "mcdermott_simoncelli", next_worst, textures, BY_FAR)


def _copies_are_least_diverse(table):
    textures = table.common("diversity", ALL)
    means = table.means("diversity", ALL, textures)
    others = [setting for setting in ALL if setting != "griffin_lim"]
    holds, evidence = _larger(table, "diversity", "griffin_lim", max(others, key=means.get), textures)
    return (False if means["griffin_lim"] <= COPY_SCORE else holds), evidence


def _diversity_term_prevents_copies(table):
    settings = NEURAL[2:]
    textures = table.common("diversity", settings)
    without = table.values("diversity", settings[0], textures)
    copied = tuple(texture for texture, value in zip(textures, without, strict=True) if value > COPY_DIVERSITY)
    if not copied:
        raise MissingScores(
            f"none of {len(textures)} textures copies without the term (diversity above {COPY_DIVERSITY:g})"
        )
    holds, evidence = _larger(table, "diversity", settings[0], settings[2], copied)
    return holds, f"{evidence}; of {len(textures)} textures, those above {COPY_DIVERSITY:g} without the term"


def _best_recognised(table, settings, best):
    """Compare the next best classifier score of some settings with the one that should be the best."""
    score = _first_known(table, CLASSIFIER_SCORES)
    textures = table.common(score, settings)
    means = table.means(score, [setting for setting in settings if setting != best], textures)
    return _larger(table, score, min(means, key=means.get), best, textures)


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
    (
        "Griffin-Lim copies have the best classifier score (paper: best in every class).",
        partial(_best_recognised, settings=ALL, best="griffin_lim"),
    ),
    (
        "A larger β lowers the diversity score of the textures that copy without the term.",
        _diversity_term_prevents_copies,
    ),
    (
        "Gram alone has the best classifier score of the neural settings.",
        partial(_best_recognised, settings=NEURAL, best="gram"),
    ),
)


def check_findings(table):
    """Test every claim.

    Parameters
    ----------
    table : ScoreTable

    Returns
    -------
    list of Finding
        The same claims in the same order for all scores.
    """
    findings = []
    for claim, check in _CHECKS:
        try:
            holds, evidence = check(table)
        except MissingScores as missing:
            holds, evidence = None, str(missing)
        findings.append(Finding(claim, holds, evidence))
    return findings


def _first_known(table, scores):
    for score in scores:
        if score in table.scores:
            return score
    raise MissingScores(f"there is no score {' or '.join(scores)}")


def _larger(table, score, first, second, textures, factor=1.0):
    """Test whether a score is more than `factor` times as large in the first setting as in the second."""
    values = [table.values(score, setting, textures) for setting in (first, second)]
    comparison = compare(score, *values, factor)
    unit = score_unit(score)
    means = ", ".join(
        f"{setting} {format_number(unit.factor * own.mean())}"
        for setting, own in zip((first, second), values, strict=True)
    )
    typical = (factor if comparison.ratio else unit.factor) * comparison.typical
    evidence = (
        f"{score}, mean{f' in {unit.text}' if unit.text else ''}: {means}; "
        f"median {'ratio' if comparison.ratio else 'difference'} {format_number(typical)}, "
        f"{comparison_text(comparison)}"
    )
    return comparison.verdict, evidence


def comparison_text(comparison):
    """Format the effect, p-value and sample size of a `Comparison`."""
    p_value = f"{comparison.p_value:.1g}" if comparison.p_value < 0.001 else f"{comparison.p_value:.3f}"
    return f"effect {comparison.effect:+.2f}, p = {p_value}, n = {comparison.textures}"


def findings_markdown(findings):
    """Format findings as a Markdown list of verdicts, claims and evidence."""
    verdicts = {True: "holds", False: "does not hold", None: "cannot be told"}
    return "".join(f"- **{verdicts[f.holds]}**: {f.claim} {_sentence(f.evidence)}\n" for f in findings)


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}."


def main(arguments=None):
    """Print the findings of a ``scores.tsv``."""
    parser = argparse.ArgumentParser(
        prog="python -m texture_core.report.findings", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("scores", type=Path, help="results/CORPUS/scores.tsv")
    try:
        table = ScoreTable(read_score_table(parser.parse_args(arguments).scores))
        print(findings_markdown(check_findings(table)), end="")
    except TextureError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
