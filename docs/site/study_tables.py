"""The tables of docs/results.md that come from the study's scores.

``python docs/site/study_tables.py`` writes them there, from docs/data/study.tsv; a test holds the two together.
"""

import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "docs/results.md"
SCORES = CHECKOUT / "docs/data/study.tsv"
# Rows of the study's table1.tsv.
DISTANCES = CHECKOUT / "docs/data/study_distances.tsv"
BLOCK = re.compile(r"(?<=<!-- study: begin -->\n).*?(?=<!-- study: end -->\n)", re.DOTALL)

sys.path.insert(0, str(CHECKOUT))

from texture_core.report.score_table import ScoreTable, read_score_table  # noqa: E402
from texture_core.report.study import read_distances, study_markdown  # noqa: E402


def with_tables(text):
    """The document with the report of the study between its two marks.

    Raises
    ------
    ValueError
        If the marks are missing.
    """
    report = study_markdown(ScoreTable(read_score_table(SCORES)), read_distances(DISTANCES))
    text, found = BLOCK.subn(lambda match: f"\n{report}\n", text)
    if found != 1:
        raise ValueError(f"{DOCUMENT}: expected one line <!-- study: begin --> and one <!-- study: end --> after it")
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
