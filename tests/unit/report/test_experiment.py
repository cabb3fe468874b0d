"""An experiment's report from its scores."""

import subprocess
import sys

import pytest
from score_records import record

from texture_core.errors import ParameterError
from texture_core.report.experiment import experiment_markdown
from texture_core.report.score_rows import write_scores_tsv
from texture_core.report.score_table import ScoreTable, read_score_table

CLASSES = ("rhythmic", "other")


@pytest.fixture
def scores(tmp_path):
    """Ten textures in two settings: the first has twice the divergence of the second, and 3 dB less."""
    path = tmp_path / "scores.tsv"
    records = [
        record(
            f"texture_{number}", setting, CLASSES[number % 2], yamnet_kl=factor * 1e-4 * (1 + number), mcdermott_snr=snr
        )
        for number in range(10)
        for setting, factor, snr in (("few", 2.0, 12.0), ("many", 1.0, 15.0))
    ]
    write_scores_tsv(path, records, settings=("few", "many"))
    return path


def cells(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]


def test_each_setting_has_its_mean_and_is_compared_with_the_reference(scores):
    header, _, few, many = cells(experiment_markdown(ScoreTable(read_score_table(scores)), "many"))
    assert header == ["setting", "YAMNet KL (10⁻⁴), n = 10", "McDermott SNR (dB, higher is better), n = 10"]
    assert many[1].startswith("5.50 [") and ";" not in many[1]
    assert few[1].startswith("11.0 [") and few[1].endswith("; × 2, p = 0.002")
    assert few[2].endswith("; -3.00 dB, p = 0.002")


def test_a_class_can_be_taken_alone(scores):
    header, *_ = cells(experiment_markdown(ScoreTable(read_score_table(scores)), "many", "rhythmic"))
    assert header[1].endswith("n = 5")


def test_scores_of_zero_are_compared_by_their_difference(tmp_path):
    path = tmp_path / "scores.tsv"
    records = [
        record(f"t{number}", setting, "other", yamnet_kl=factor * 1e-4 * number)
        for number in range(8)
        for setting, factor in (("few", 2.0), ("many", 1.0))
    ]
    write_scores_tsv(path, records, settings=("few", "many"))
    _, _, few, _ = cells(experiment_markdown(ScoreTable(read_score_table(path)), "many"))
    assert "; +3.50, p = " in few[1]


def test_one_texture_has_no_interval(tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, [record("rain", "only", "other", yamnet_kl=2e-4)], settings=("only",))
    assert cells(experiment_markdown(ScoreTable(read_score_table(path)), "only"))[2] == ["`only`", "2.00 [–, –]"]


def test_an_unknown_reference_is_named(scores):
    with pytest.raises(ParameterError, match="expected one of few, many, found 'none'"):
        experiment_markdown(ScoreTable(read_score_table(scores)), "none")


def test_from_a_file_to_a_table_and_a_figure(scores, tmp_path):
    command = [sys.executable, "-m", "texture_core.report.experiment", str(scores), "--figure", str(tmp_path / "a.svg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == experiment_markdown(ScoreTable(read_score_table(scores)), "many")
    assert "rhythmic" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    empty = tmp_path / "empty.tsv"
    empty.write_text("texture\tsetting\tclass\talso_class\n")
    failed = subprocess.run([*command[:3], str(empty)], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "wait until a sound is scored" in failed.stderr
    failed = subprocess.run([*command[:4], "--class", "pitched"], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "no pitched texture has yamnet_kl" in failed.stderr
