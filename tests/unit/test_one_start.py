"""The race of one way for all textures against the paper's optimisation."""

import json
import math

import pytest
import torch

from benchmarks import one_start
from texture_core.audio.recording import write_audio
from texture_core.demo import demo_texture


def test_a_race_is_run_once_and_reaches_the_goal(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(one_start, "PATIENCE", 1e6)
    monkeypatch.setattr(one_start, "FILTERS", 8)
    monkeypatch.setattr(one_start, "FEW_FILTERS", 4)
    monkeypatch.setattr(one_start, "FEW_FILTERS_ITERATIONS", 5)
    write_audio(tmp_path / "norm_rain.wav", demo_texture("rain"), 16000)
    output = tmp_path / "rows.jsonl"
    arguments = ["--recordings", tmp_path, "--output", output, "--textures", "rain", "--iterations", 3, "--duration", 3]
    for threshold, seed in ((0.4, 0), (-1.0, 1)):
        monkeypatch.setattr(one_start, "STRICT_RHYTHM", threshold)
        one_start.main([str(argument) for argument in (*arguments, "--seeds", seed)])
    text = output.read_text()
    first, second = (json.loads(line) for line in text.splitlines())
    assert (first["seed"], second["seed"]) == (0, 1)
    assert first["goal"] == second["goal"]
    assert first["goal"]["evaluations"] >= 3
    for row in (first, second):
        assert row["loss"] <= row["goal"]["loss"]
        assert row["ratio"] == pytest.approx(row["reference_seconds"] / row["seconds"])
    one_start.main([str(argument) for argument in (*arguments, "--seeds", 0, 1)])
    assert output.read_text() == text
    assert "rain" in capsys.readouterr().out


def test_periodicity_tells_a_strict_rhythm_from_noise():
    noise = torch.rand(64, 2000, generator=torch.Generator().manual_seed(0))
    beat = (torch.arange(2000) % 100 < 10).float() * torch.linspace(0.5, 2, 64)[:, None]
    assert one_start.periodicity(noise) < 0.1
    assert one_start.periodicity(beat) == pytest.approx(1, abs=0.05)
    # The best lag is a multiple of the beat's: half of it has as much.
    mixed = one_start.periodicity(beat + noise)
    expected = beat.var(1).sum() / (beat.var(1).sum() + noise.var(1).sum())
    assert math.isclose(mixed, expected.item(), abs_tol=0.05)
