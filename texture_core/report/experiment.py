"""Report an experiment from its scores alone: ``python -m texture_core.report.experiment results/filters/scores.tsv``.

A table of each setting's mean scores, compared with one of the settings texture by texture, and a figure by class.
"""

import argparse
import sys
from pathlib import Path

from texture_core.errors import ParameterError, TextureError
from texture_core.report.markdown import markdown_table
from texture_core.report.paired import compare, interval_text, mean_interval, typical_text
from texture_core.report.score_labels import capitalized, score_heading, score_unit
from texture_core.report.score_table import MissingScores, ScoreTable, read_score_table
from texture_core.report.settings_figure import draw_settings

SHOWN = ("yamnet_kl", "mcdermott_snr", "autocorrelation_rms_matched", "diversity")


def experiment_markdown(table, reference, texture_class=None):
    """Format the mean scores of each setting, and its comparison with a reference, as a Markdown table.

    Parameters
    ----------
    table : ScoreTable
    reference : str
        A setting.
    texture_class : str, optional
        Take the textures of this class; default: all.

    Returns
    -------
    str
        Of each score the mean over the textures that have it in all settings and its 95 % interval; for other settings
        than the reference also the median over textures of the score divided by the reference's (of decibels: less
        that), and the p-value of Wilcoxon's test, not corrected for the number of tests.

    Raises
    ------
    ParameterError
        If there is no such setting.
    MissingScores
        If no texture has a score in all settings.
    """
    if reference not in table.settings:
        raise ParameterError(f"--against: expected one of {', '.join(table.settings)}, found {reference!r}")
    shown = [score for score in SHOWN if score in table.scores]
    common = {score: table.common(score, table.settings, texture_class) for score in shown}
    rows = []
    for setting in table.settings:
        cells = [f"`{setting}`"]
        for score in shown:
            values = table.values(score, setting, common[score])
            found = mean_interval(score_unit(score).factor * values)
            cell = interval_text(found)
            if setting != reference:
                compared = compare(score, values, table.values(score, reference, common[score]))
                sign = "× " if compared.ratio else "+" if compared.typical > 0 else ""
                cell += f"; {sign}{typical_text(score, compared)}, p = {compared.p_value:.1g}"
            cells.append(cell)
        rows.append(cells)
    header = ["setting", *(f"{capitalized(score_heading(score))}, n = {len(common[score])}" for score in shown)]
    return markdown_table(header, rows)


def _title(path):
    """The name of an experiment, from ``results/filters/scores.tsv`` or ``filters.tsv``."""
    return (path.resolve().parent.name if path.stem == "scores" else path.stem).replace("_", " ")


def main(arguments=None):
    """Print the table of a ``scores.tsv``, and draw its figure."""
    parser = argparse.ArgumentParser(
        prog="python -m texture_core.report.experiment", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("scores", type=Path, help="results/CORPUS/scores.tsv")
    parser.add_argument("--against", metavar="SETTING", help="compare with this setting (default: the last)")
    parser.add_argument("--class", dest="texture_class", help="textures of this class only")
    parser.add_argument("--figure", type=Path, metavar="SVG", help="draw the scores by setting and class")
    options = parser.parse_args(arguments)
    try:
        table = ScoreTable(read_score_table(options.scores))
        text = experiment_markdown(table, options.against or table.settings[-1], options.texture_class)
        if options.figure:
            draw_settings(options.figure, table, table.settings, _title(options.scores))
    except (TextureError, MissingScores) as error:
        sys.exit(str(error))
    print(text, end="")


if __name__ == "__main__":
    main()
