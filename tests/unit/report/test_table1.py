"""Means per setting and class, beside the paper's."""

import csv

import pytest
from score_records import RECORDS, record, write

from texture_core.report.paper_table import CLASSES, PAPER_TABLE, paper_table
from texture_core.report.table1 import Cell, table1


def test_means_by_hand():
    cells = table1(RECORDS).cells
    # gram, rhythmic: taps, clock and bells, (80 + 20 + 5) / 3
    assert cells["autocorrelation", "gram", "rhythmic"].mean == pytest.approx(35.0)
    assert cells["autocorrelation", "gram", "pitched"].mean == pytest.approx(5.0)
    assert cells["autocorrelation", "gram", "other"].mean == pytest.approx(1.0)
    assert cells["diversity", "gram", "rhythmic"].mean == pytest.approx(3.0)
    assert [cells["diversity", "gram", name].textures for name in ("rhythmic", "pitched", "other")] == [3, 1, 1]


def test_a_texture_of_two_classes_counts_in_both_unless_told_otherwise():
    both = table1(RECORDS)
    first = table1(RECORDS, count_both_classes=False)
    assert both.classes == {"rhythmic": 3, "pitched": 1, "other": 1}
    assert first.classes == {"rhythmic": 2, "pitched": 1, "other": 1}
    assert first.cells["autocorrelation", "gram", "rhythmic"].mean == pytest.approx(50.0)
    assert "Of two classes, and counted in both: bells." in both.notes
    assert "Of two classes, and counted in the first alone: bells." in first.notes


def test_missing_values_are_left_out_of_the_mean_and_counted():
    table = table1(RECORDS)
    cell = table.cells["autocorrelation", "full", "rhythmic"]
    assert cell.mean == pytest.approx(3.0)  # taps and bells
    assert (cell.textures, cell.missing) == (2, 1)
    assert table.cells["diversity", "full", "rhythmic"].mean == pytest.approx(5.5)
    notes = [note for note in table.notes if "no value" in note]
    assert notes == [
        "autocorrelation (10⁻³), full: no value, and so not in the mean, for 1 of 4 textures: clock.",
        "diversity, full: no value, and so not in the mean, for 1 of 4 textures: clock.",
    ]


def test_a_texture_without_a_record_in_one_setting_is_counted_as_missing():
    table = table1([item for item in RECORDS if (item["texture"], item["setting"]) != ("rain", "full")])
    assert table.cells["diversity", "full", "other"] == Cell(None, 0, 1, "")
    assert any("diversity, full" in note and "clock, rain" in note for note in table.notes)


def test_the_paper_figures_are_exact(tmp_path):
    with open(PAPER_TABLE, encoding="utf-8", newline="") as file:
        paper = {row["method"]: row for row in csv.DictReader(file, delimiter="\t")}
    methods = ("gram", "gram_autocorrelation", "gram_autocorrelation_diversity_1e-5", "full")
    records = [
        record(f"{name}_texture", setting, name, yamnet_kl=1e-3, autocorrelation=1.0, diversity=2.0, diversity_x=1.0)
        for setting in methods
        for name in CLASSES
    ]
    rows, _ = write(tmp_path, records)
    columns = {"yamnet_kl": "vggish_1e-4", "autocorrelation": "autocorrelation", "diversity": "diversity"}
    assert len(rows) == 4 * 4 * 3
    for row in rows:
        in_paper = row["setting"] in paper and row["score"] in columns
        expected = paper[row["setting"]][f"{columns[row['score']]}_{row['class']}"] if in_paper else ""
        assert row["paper"] == expected


def test_the_paper_table_holds_what_was_printed():
    paper = paper_table()
    assert len(paper) == 7
    assert paper["griffin_lim"]["autocorrelation", "pitched"] == "0.54"
    assert paper["gram"]["yamnet_kl", "rhythmic"] == "9.9"
    assert paper["gram_autocorrelation_diversity_1e-3"]["diversity", "other"] == "3.9"


def test_long_lists_are_cut():
    table = table1([record(f"t{i:02}", "s", "other", diversity=None) for i in range(12)])
    assert table.notes[0].endswith("for 12 of 12 textures: t00, t01, t02, t03, t04, t05, t06, t07 and 4 more.")
