"""The tables and figures of docs/results.md that come from scores.

``python docs/site/result_tables.py`` writes the tables of the study, from docs/data/study.tsv, and of experiments,
from docs/data/experiments, between the marks that name them, and draws the experiments. A test compares text and
scores.
"""

import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/results.md"
SCORES = CHECKOUT / "docs/data/study.tsv"
# Rows of the study's table1.tsv.
DISTANCES = CHECKOUT / "docs/data/study_distances.tsv"
EXPERIMENTS = CHECKOUT / "docs/data/experiments"
FIGURES = CHECKOUT / "docs/images/experiments"
# For example: <!-- study: begin --> or <!-- experiment filters against limit: begin -->.
BLOCK = re.compile(r"<!-- (?P<what>[^:>]+): begin -->\n.*?<!-- (?P=what): end -->\n", re.DOTALL)

sys.path.insert(0, str(CHECKOUT))

from texture_core.report.experiment import experiment_markdown  # noqa: E402
from texture_core.report.score_table import ScoreTable, read_score_table  # noqa: E402
from texture_core.report.settings_figure import draw_settings  # noqa: E402
from texture_core.report.study import read_distances, study_markdown  # noqa: E402


def with_tables(text):
    """The document with the tables between their marks.

    Raises
    ------
    ValueError
        If the marks of the study or of an experiment that has scores are missing.
    """
    written = set()

    def block(found):
        what = found["what"]
        written.add(" ".join(what.split()[:2]))
        return f"<!-- {what}: begin -->\n\n{_tables(what)}\n<!-- {what}: end -->\n"

    text = BLOCK.sub(block, text)
    marks = {"study": "study"} | {
        f"experiment {path.stem}": f"experiment {path.stem} against SETTING" for path in EXPERIMENTS.glob("*.tsv")
    }
    missing = [name for name in marks if name not in written]
    if missing:
        mark = marks[missing[0]]
        raise ValueError(f"{DOCUMENT}: expected the lines <!-- {mark}: begin --> and, after it, <!-- {mark}: end -->")
    return text


def _tables(what):
    if what == "study":
        return study_markdown(ScoreTable(read_score_table(SCORES)), read_distances(DISTANCES))
    kind, name, _, reference, *texture_class = what.split()
    if kind != "experiment":
        expected = "study or experiment NAME against SETTING [CLASS]"
        raise ValueError(f"{DOCUMENT}: expected {expected}, found {what!r}")
    return experiment_markdown(_experiment(name), reference, *texture_class)


def _experiment(name):
    return ScoreTable(read_score_table(EXPERIMENTS / f"{name}.tsv"))


def main():
    """Write the tables and draw the experiments."""
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    FIGURES.mkdir(exist_ok=True)
    for path in EXPERIMENTS.glob("*.tsv"):
        table = _experiment(path.stem)
        draw_settings(FIGURES / f"{path.stem}.svg", table, table.settings, path.stem.replace("_", " "))


if __name__ == "__main__":
    main()
