"""Scores are called and printed as people expect."""

import math

import pytest
from score_records import record, write

from texture_core.report.score_labels import (
    copy_remark,
    format_number,
    higher_is_better,
    score_heading,
    score_names,
    score_text,
    score_unit,
)


def test_units():
    units = {
        "autocorrelation_rms_matched": "1e-3",
        "yamnet_kl": "1e-4",
        "diversity": "1",
        "mcdermott_snr_c1": "dB",
        "copies": "1",
    }
    assert {name: score_unit(name).name for name in units} == units
    assert score_heading("autocorrelation_rms_matched") == "autocorrelation, RMS matched (10⁻³)"
    assert score_heading("diversity_shift") == "diversity, shift"
    assert score_heading("copy_share") == "copy share"


def test_the_direction_of_a_score_is_told_where_it_is_not_the_usual_one(tmp_path):
    assert [name for name in ("mcdermott_snr", "mcdermott_snr_c2", "diversity") if higher_is_better(name)] == [
        "mcdermott_snr",
        "mcdermott_snr_c2",
    ]
    assert score_heading("mcdermott_snr_c2") == "McDermott SNR, c2 (dB, higher is better)"
    records = [record("t", "gram", "rhythmic", mcdermott_snr=21.25, diversity=2.0)]
    rows, text = write(tmp_path, records)
    assert "## McDermott SNR (dB, higher is better)" in text
    assert "Lower is better where a heading does not say otherwise" in text
    # Its own unit, the number as it is, and no figure of the paper's.
    (row,) = [row for row in rows if row["score"] == "mcdermott_snr"]
    assert (row["unit"], row["mean"], row["paper"]) == ("dB", "21.25", "")
    # After the paper's columns, before scores of others.
    assert score_names(records) == ("diversity", "mcdermott_snr")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1234"),
        (999.6, "1000"),
        (80.66, "80.7"),
        (9.996, "10.0"),
        (9.7, "9.70"),
        (0.0123, "0.0123"),
        (-2.5, "-2.50"),
        (0.0, "0"),
        (3e-7, "3.00e-07"),
        (None, "–"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("score", "value", "text"),
    [
        ("autocorrelation", 0.08066, "80.7"),
        ("diversity", 0.0, "0"),
        ("diversity_shift", 417, "417"),
        ("diversity", None, "–"),
        ("autocorrelation", math.nan, "–"),
    ],
)
def test_one_score_for_people(score, value, text):
    assert score_text(score, value) == text


@pytest.mark.parametrize(
    ("scores", "remark"),
    [
        ({}, ""),
        ({"diversity": None, "patchwork_share": math.nan}, ""),
        ({"diversity": 3.4, "patchwork_share": 0.5}, ""),
        ({"diversity": 10.5}, "a copy of the recording"),
        ({"diversity": 2.0, "patchwork_share": 0.1, "patchwork_spectrogram_share": 0.62}, "62% as in the recording"),
        ({"patchwork_share": 0.51}, "51% as in the recording"),
    ],
)
def test_copies_are_named(scores, remark):
    assert copy_remark(scores) == remark
