"""The study's tables and tests in docs/results.md, made from docs/data.

``python docs/site/study_tables.py`` writes them there; a test holds the two together.
"""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/results.md"
SCORES, DISTANCES = CHECKOUT / "docs/data/study.tsv", CHECKOUT / "docs/data/study_table1.tsv"
BEGIN, END = "<!-- study: begin -->\n", "<!-- study: end -->\n"

sys.path.insert(0, str(CHECKOUT))

from texture_core.report.score_table import ScoreTable, read_score_table  # noqa: E402
from texture_core.report.study import read_distances, study_markdown  # noqa: E402


def with_study(text):
    """The document with what `texture_core.report.study` makes of the scores between its two marks.

    Raises
    ------
    ValueError
        If the document has not these marks once each.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{DOCUMENT}: expected one line {BEGIN.strip()} and one line {END.strip()}")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    study = study_markdown(ScoreTable(read_score_table(SCORES)), read_distances(DISTANCES))
    return f"{before}{BEGIN}\n{study}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_study(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
