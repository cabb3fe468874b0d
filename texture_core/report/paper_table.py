"""The paper's Table 1, as printed."""

import csv
import io
from pathlib import Path

from texture_core.report.score_labels import FAMILIES

CLASSES = ("rhythmic", "pitched", "other")
PAPER_TABLE = Path(__file__).parent / "data" / "table1.tsv"


def class_order(name):
    """Return the sort key of a class: the classes of the paper first, then the others by name."""
    return (CLASSES.index(name) if name in CLASSES else len(CLASSES), name)


def paper_table():
    """Read the paper's Table 1.

    Returns
    -------
    dict
        Method to a dict of (score, class) to the figure as printed (a text, in the unit of `score_unit`).
    """
    table = {}
    for row in csv.DictReader(io.StringIO(PAPER_TABLE.read_text(encoding="utf-8")), delimiter="\t"):
        table[row["method"]] = {
            (score, texture_class): row[f"{column}_{texture_class}"]
            for score, (_, column) in FAMILIES.items()
            if column
            for texture_class in CLASSES
        }
    return table
