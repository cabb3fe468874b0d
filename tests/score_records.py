"""Records of scores, and Table 1 of them as read back."""

import csv
import math
import re

from texture_core.report.table1_files import write_table1


def record(texture, setting, texture_class, also_class="", **scores):
    return {
        "texture": texture,
        "setting": setting,
        "class": texture_class,
        "also_class": also_class,
        "title": texture.title(),
        "scores": scores,
    }


RECORDS = [
    record("taps", "gram", "rhythmic", autocorrelation=0.080, diversity=2.0, diversity_shift=17),
    record("clock", "gram", "rhythmic", autocorrelation=0.020, diversity=3.0, diversity_shift=40),
    record("bells", "gram", "pitched", "rhythmic", autocorrelation=0.005, diversity=4.0, diversity_shift=2),
    record("rain", "gram", "other", autocorrelation=0.001, diversity=1.5, diversity_shift=0),
    record("taps", "full", "rhythmic", autocorrelation=0.002, diversity=5.0, diversity_shift=1),
    record("clock", "full", "rhythmic", autocorrelation=None, diversity=math.nan, diversity_shift=3),
    record("bells", "full", "pitched", "rhythmic", autocorrelation=0.004, diversity=6.0, diversity_shift=2),
    record("rain", "full", "other", autocorrelation=0.003, diversity=7.0),
]


def read_tsv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def write(tmp_path, records, **options):
    write_table1(tmp_path / "table1.tsv", tmp_path / "table1.md", records, **options)
    return read_tsv(tmp_path / "table1.tsv"), (tmp_path / "table1.md").read_text(encoding="utf-8")


def markdown_tables(text):
    """Heading to rows of cells, split as a Markdown reader splits them."""
    found = {}
    heading = None
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("|"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            found.setdefault(heading, []).append(cells)
    return found


def collection(setting, **groups):
    """A collection's record: group to value and points."""
    values = {name: {"value": value, "textures": 2, "points": points} for name, (value, points) in groups.items()}
    return {"setting": setting, "scores": {"frechet_yamnet": values}, "missing": {}}
