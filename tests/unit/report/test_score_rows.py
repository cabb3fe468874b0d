"""All scores in one table, in a stable order."""

import math

import pytest
from score_records import RECORDS, read_tsv, record

from texture_core.errors import StorageError
from texture_core.report.score_labels import score_names
from texture_core.report.score_rows import score_rows, setting_names, write_scores_tsv
from texture_core.report.table1 import table1
from texture_core.report.table1_files import write_table1


def test_scores_tsv_round_trip(tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, RECORDS)
    rows = read_tsv(path)
    names = ["texture", "setting", "class", "also_class", "autocorrelation", "diversity", "diversity_shift"]
    assert list(rows[0]) == names
    assert [(row["texture"], row["setting"]) for row in rows] == [
        (texture, setting) for texture in ("bells", "clock", "rain", "taps") for setting in ("gram", "full")
    ]
    by_key = {(item["texture"], item["setting"]): item for item in RECORDS}
    for row in rows:
        source = by_key[row["texture"], row["setting"]]
        assert (row["class"], row["also_class"]) == (source["class"], source["also_class"])
        for name in names[4:]:
            value = source["scores"].get(name)
            missing = value is None or math.isnan(value)
            assert row[name] == "" if missing else float(row[name]) == value
    assert rows[0]["diversity_shift"] == "2"


def test_the_order_of_the_records_does_not_matter(tmp_path):
    first = (tmp_path / "1.tsv", tmp_path / "2.tsv", tmp_path / "2.md")
    second = (tmp_path / "3.tsv", tmp_path / "4.tsv", tmp_path / "4.md")
    for paths, records in ((first, RECORDS), (second, RECORDS[::-1])):
        write_scores_tsv(paths[0], records)
        write_table1(paths[1], paths[2], records)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_orders():
    records = [record("t", setting, "other") for setting in ("zeta", "gram_autocorrelation", "alpha", "gram")]
    assert setting_names(records) == ("gram", "gram_autocorrelation", "alpha", "zeta")
    assert setting_names(records, ["zeta", "gram", "later"]) == (
        "zeta",
        "gram",
        "later",
        "alpha",
        "gram_autocorrelation",
    )
    scores = ["diversity_shift", "copies", "autocorrelation_rms_matched", "diversity", "yamnet_kl", "autocorrelation"]
    assert score_names([record("t", "s", "other", **{name: 1.0}) for name in scores]) == (
        "yamnet_kl",
        "autocorrelation",
        "autocorrelation_rms_matched",
        "diversity",
        "diversity_shift",
        "copies",
    )
    classes = table1(
        [record(name, "s", name, diversity=1.0) for name in ("other", "pitched", "birds", "rhythmic")]
    ).classes
    assert list(classes) == ["rhythmic", "pitched", "other", "birds"]


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([record("rain", "gram", "other")] * 2, "texture 'rain', setting 'gram': found twice"),
        ([{"texture": "rain", "setting": "gram", "scores": {}}], "there is no class"),
        ([record("rain", "gram", "other", diversity="2")], "score 'diversity': expected a number or null, found '2'"),
    ],
)
def test_bad_records_are_named(records, message):
    with pytest.raises(StorageError, match=message):
        score_rows(records)
