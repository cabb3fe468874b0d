"""Report a study from its scores alone: ``python -m texture_core.report.study results/study/scores.tsv``."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
from scipy import stats

from texture_core.errors import StorageError, TextureError
from texture_core.report.findings import NEURAL, check_findings, comparison_text, findings_markdown
from texture_core.report.markdown import markdown_table
from texture_core.report.paired import compare, interval_text, mean_interval, typical_text
from texture_core.report.paper_table import CLASSES, class_order, paper_table
from texture_core.report.score_labels import capitalized, format_number, higher_is_better, score_heading, score_unit
from texture_core.report.score_table import MissingScores, ScoreTable, read_score_table

SHOWN = (
    "yamnet_kl",
    "autocorrelation_rms_matched",
    "autocorrelation",
    "diversity",
    "patchwork_share",
    "mcdermott_snr",
)
OURS = "quick"
NATURAL = "natural_variation"
# Scores in the table of correlations, and those that rank the textures.
RELATED = ("yamnet_kl", "mcdermott_snr", "autocorrelation_rms_matched", "diversity", "patchwork_share")
JUDGED = ("yamnet_kl", "mcdermott_snr", "autocorrelation_rms_matched")
WORST = 10


def study_markdown(table, distances=()):
    """Format the report of a study as Markdown.

    Parameters
    ----------
    table : ScoreTable
    distances : sequence of dict
        Rows of ``table1.tsv`` with scores of whole collections.
    """
    parts = [_means(table, score) for score in SHOWN if score in table.scores]
    parts += [_distances(distances)] if distances else []
    parts += [_order(table), _findings(table), _ours(table), _relations(table), _worst(table)]
    return "\n".join(part for part in parts if part)


def _means(table, score):
    """Means and intervals per setting and class, with the paper's means."""
    classes = _classes(table)
    paper, factor = paper_table(), score_unit(score).factor
    header = ["setting", *(f"{name} (n = {count})" for name, count in classes.items())]
    rows = []
    for setting in table.settings:
        cells = [f"`{setting}`"]
        for name in classes:
            try:
                textures = table.common(score, [setting], name)
            except MissingScores:
                cells.append("–")
                continue
            found = mean_interval(factor * table.values(score, setting, textures))
            printed = paper.get(setting, {}).get((score, name))
            few = f", n = {len(textures)}" if len(textures) < classes[name] else ""
            cells.append(interval_text(found) + few + (f" ({printed})" if printed else ""))
        rows.append(cells)
    return f"### {capitalized(score_heading(score))}\n\n{markdown_table(header, rows)}"


def _distances(rows):
    """Scores of whole collections, per setting and class, with the number of textures."""
    values = {(row["setting"], row["class"]): row for row in rows}
    settings = dict.fromkeys(row["setting"] for row in rows)
    # Number of textures per class.
    groups = {}
    for row in rows:
        groups[row["class"]] = max(groups.get(row["class"], 0), row["textures"])
    cells = [
        [f"`{setting}`", *(_distance(values[setting, group], most) for group, most in groups.items())]
        for setting in settings
    ]
    header = ["setting", *(f"{group} (n = {most})" for group, most in groups.items())]
    return f"### {capitalized(score_heading(rows[0]['score']))}\n\n{markdown_table(header, cells)}"


def _distance(row, most):
    few = f", n = {row['textures']}" if row["textures"] < most else ""
    return format_number(_number(row["mean"])) + few


def _order(table):
    """The order of the rows of Table 1, ours and the paper's."""
    paper, rows = paper_table(), []
    settings = [setting for setting in paper if setting in table.settings]
    for score in ("yamnet_kl", "autocorrelation_rms_matched", "diversity"):
        # The paper has no levels matched.
        printed = "autocorrelation" if score.startswith("autocorrelation") else score
        for name in CLASSES:
            for compared in dict.fromkeys((tuple(settings), _most_known(table, score, settings, name))):
                textures = table.having(score, compared, name)
                if len(compared) < 3 or not textures:
                    continue
                means = table.means(score, compared, textures)
                theirs = [float(paper[setting][printed, name]) for setting in compared]
                correlation = stats.spearmanr([means[setting] for setting in compared], theirs).statistic
                order = " < ".join(f"`{setting}`" for setting in sorted(compared, key=means.get))
                rows.append([score, name, str(len(textures)), f"{correlation:+.2f}", order])
    if not rows:
        return ""
    header = ["score", "class", "n", "rank correlation with the paper's rows", "our order of means"]
    return (
        "### The order of the rows\n\nOf all rows, on the textures that have them all, and of the rows that most "
        f"textures have, on these.\n\n{markdown_table(header, rows)}"
    )


def _most_known(table, score, settings, texture_class):
    """The settings in which the largest number of textures of a class have a score."""
    counts = {setting: len(table.having(score, [setting], texture_class)) for setting in settings}
    return tuple(setting for setting in settings if counts[setting] == max(counts.values()))


def _findings(table):
    if not any(setting in paper_table() for setting in table.settings):
        return ""
    return "### The paper's findings\n\n" + findings_markdown(check_findings(table))


def _ours(table):
    """Paired comparisons of our preset with every other row."""
    rows = []
    for setting in table.settings:
        if OURS not in table.settings or setting == OURS:
            continue
        cells = [f"`{setting}`"]
        for score in JUDGED:
            try:
                textures = table.common(score, (setting, OURS))
            except MissingScores:
                cells.append("–")
                continue
            found = compare(score, *(table.values(score, name, textures) for name in (setting, OURS)))
            cells.append(f"{typical_text(score, found)} ({comparison_text(found)})")
        rows.append(cells)
    header = ["setting", *(f"`{score}`" for score in JUDGED)]
    text = (
        f"### Every row against `{OURS}`\n\nMedian over textures of the row's score divided by that of `{OURS}` (of "
        "the SNR: less that), with the rank-biserial effect and the p-value of Wilcoxon's test, not corrected for the "
        "number of tests.\n\n"
    )
    return text + markdown_table(header, rows) if rows else ""


def _relations(table):
    """Rank correlations between scores over textures, averaged over the neural settings."""
    names = [score for score in RELATED if score in table.scores]
    settings = [setting for setting in NEURAL if setting in table.settings]
    rows = []
    for first in names:
        cells = [f"`{first}`"]
        for second in names:
            found = [_correlation(table, setting, first, second) for setting in settings]
            found = [value for value in found if value is not None]
            cells.append(f"{np.mean(found):+.2f}" if found else "–")
        rows.append(cells)
    text = (
        "### How scores relate\n\nSpearman's rank correlation over the textures of a setting, mean of the neural "
        "settings. Of the SNR, more is better; of the others, less.\n\n"
    )
    return text + markdown_table(["", *(f"`{name}`" for name in names)], rows) if settings else ""


def _correlation(table, setting, first, second):
    try:
        textures = [name for name in table.common(first, [setting]) if name in table.common(second, [setting])]
    except MissingScores:
        return None
    values = [table.values(score, setting, textures) for score in (first, second)]
    if len(textures) < 3 or any(np.ptp(own) == 0 for own in values):
        return None
    return stats.spearmanr(*values).statistic


def worst_textures(table, count=WORST):
    """Return the textures that all neural settings do worst, with their mean rank, from 0 (best) to 1.

    Returns
    -------
    list of (str, float)
    """
    settings = [name for name in (*NEURAL, OURS) if name in table.settings]
    scores = [score for score in JUDGED if score in table.scores]
    if not settings or not scores:
        return []
    try:
        textures = [name for name in table.textures if all(name in table.common(score, settings) for score in scores)]
    except MissingScores:
        return []
    ranks = np.zeros(len(textures))
    for setting in settings:
        for score in scores:
            values = table.values(score, setting, textures)
            ranks += stats.rankdata(-values if higher_is_better(score) else values) - 1
    ranks /= len(settings) * len(scores) * max(len(textures) - 1, 1)
    return sorted(zip(textures, ranks.tolist(), strict=True), key=lambda item: -item[1])[:count]


def _worst(table):
    scores = [score for score in JUDGED if score in table.scores]
    settings = [name for name in (NATURAL, "gram", NEURAL[2], OURS) if name in table.settings]
    rows = []
    for texture, rank in worst_textures(table):
        cells = [texture, ", ".join(sorted(table.classes(texture))), f"{rank:.2f}"]
        for score in scores:
            of_rows = [
                format_number(score_unit(score).factor * table.values(score, setting, [texture])[0])
                if texture in table.having(score, [setting])
                else "–"
                for setting in settings
            ]
            cells.append(" / ".join(of_rows))
        rows.append(cells)
    header = ["texture", "class", "mean rank", *(capitalized(score_heading(score)) for score in scores)]
    ranked = f"all neural rows, `{OURS}` among them," if OURS in settings else "all neural rows"
    text = (
        f"### The worst {len(rows)}\n\nBy the mean rank over {ranked} and these scores: 1 is the worst everywhere, 0.5 "
        "the average. "
        f"Scores are those of {' / '.join(f'`{name}`' for name in settings)}.\n\n"
    )
    return text + markdown_table(header, rows) if rows else ""


def _classes(table):
    """Number of textures per class, the classes of the paper first."""
    counts = {}
    for texture in table.textures:
        for name in table.classes(texture):
            counts[name] = counts.get(name, 0) + 1
    return {name: counts[name] for name in sorted(counts, key=class_order)}


def _number(text):
    return float(text) if text else None


def read_distances(path):
    """Read the rows of a ``table1.tsv`` that are scores of whole collections, a list of dict.

    Raises
    ------
    StorageError
        If the file is missing or not such a table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file, delimiter="\t") if row["score"].startswith("frechet")]
            return [row | {"textures": int(row["textures"])} for row in rows]
    except (OSError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise StorageError(f"{path}: cannot be read as a table of means ({error}); give table1.tsv") from None


def main(arguments=None):
    """Print the report of a ``scores.tsv``."""
    parser = argparse.ArgumentParser(prog="python -m texture_core.report.study", description=__doc__.partition("\n")[0])
    parser.add_argument("scores", type=Path, help="results/CORPUS/scores.tsv")
    parser.add_argument("--distances", type=Path, metavar="TABLE1", help="table1.tsv, with distances of collections")
    options = parser.parse_args(arguments)
    try:
        table = ScoreTable(read_score_table(options.scores))
        distances = read_distances(options.distances) if options.distances else ()
    except TextureError as error:
        sys.exit(str(error))
    print(study_markdown(table, distances), end="")


if __name__ == "__main__":
    main()
