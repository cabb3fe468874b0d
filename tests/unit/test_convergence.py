"""The losses of the study's rows beside those of the paper's optimiser."""

import json
from dataclasses import replace

import pytest
import torch
from scored import spectrogram_of

from benchmarks import convergence
from texture_core.demo import demo_texture
from texture_core.losses.objective import Objective
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import Parameters
from texture_core.records.spectrogram_files import write_spectrogram, write_synthesis

PARAMETERS = Parameters(
    alpha=10.0,
    beta=1e-3,
    features={"kernel_widths": (2, 8), "filters": 8},
    autocorrelation={"minimum_lag": 0.1, "maximum_lag": 0.5},
    optimizer={"type": "projected_lbfgs", "iterations": 10},
)


def interrupted(*arguments, **options):
    raise KeyboardInterrupt


def test_a_row_has_the_losses_of_both_and_is_made_once(tmp_path, capsys, monkeypatch):
    target = spectrogram_of(demo_texture("rain")[:16000])
    synthesis = synthesize_spectrogram(target, PARAMETERS, seed=0, texture="rain", setting="gram")
    for folder in ("spectrogram", "gram/synthesis"):
        (tmp_path / folder).mkdir(parents=True)
    write_spectrogram(tmp_path / "spectrogram/rain.h5", target)
    write_synthesis(tmp_path / "gram/synthesis/rain.h5", synthesis)
    output = tmp_path / "rows.jsonl"
    arguments = ["--results", tmp_path, "--output", output, "--textures", "rain", "--settings", "gram", "--marks", 3, 6]
    # Interrupted after the optimisation, it goes on there.
    with monkeypatch.context() as patch:
        patch.setattr(convergence, "invert", interrupted)
        with pytest.raises(KeyboardInterrupt):
            convergence.main([str(argument) for argument in arguments])
    assert not output.exists()
    capsys.readouterr()
    convergence.main([str(argument) for argument in arguments])
    assert "resuming from a checkpoint after iteration 6" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gram", "rows.jsonl", "spectrogram"]
    (row,) = [json.loads(line) for line in output.read_text().splitlines()]
    objective = Objective(torch.from_numpy(target.log_magnitude), replace(PARAMETERS, beta=0.0), 250.0, 0)
    terms, _ = objective.evaluate(torch.from_numpy(synthesis.spectrogram.log_magnitude))
    assert row["study"] == pytest.approx(terms["total"], rel=1e-5)
    assert 0 < row["spectrogram"]["6"]["loss"] < row["spectrogram"]["3"]["loss"]
    assert row["sound"] > 0
    first = output.read_text()
    convergence.main([str(argument) for argument in arguments])
    assert output.read_text() == first
    assert "rain" in capsys.readouterr().out
