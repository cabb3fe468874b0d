"""Textures that were killed between windows: they continue, and end with the same bytes."""

from dataclasses import replace

import pytest

from texture_core.demo import demo_texture
from texture_core.parameters.method import Parameters
from texture_core.records.checkpoints import CheckpointPlan
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.kept_windows import window_path
from texture_core.texture.morphing import plan_morph
from texture_core.texture.plan import plan_texture

SMALL = Parameters(
    alpha=1.0,
    features={"kernel_widths": (2, 4), "filters": 4},
    autocorrelation={"minimum_lag": 0.02, "maximum_lag": 0.1},
    optimizer={"type": "projected_lbfgs", "iterations": 2},
    inversion={"iterations": 2},
    start="surrogate",
)
ON_SAMPLES = replace(SMALL, optimizer=replace(SMALL.optimizer, waveform_iterations=1))
RAIN, CRICKETS = (demo_texture(name, duration=1.0) for name in ("rain", "crickets"))
PLANS = {
    "spectrograms": lambda: plan_texture(RAIN, 16000, duration=12.0, parameters=SMALL),
    "samples, a loop": lambda: plan_texture(RAIN, 16000, duration=12.0, parameters=ON_SAMPLES, loop=True),
    "a morph": lambda: plan_morph(RAIN, CRICKETS, 16000, position=0.5, duration=12.0, parameters=SMALL),
}


class Killed(BaseException):
    pass


def write(path, plan, folder, *, until=None, seed=0):
    """Write the sound; return what the checkpoints noted, and the iterations that were made."""
    notes, made = [], []

    def progress(iteration, terms):
        made.append(iteration)
        if until is not None and iteration > until:
            raise Killed

    checkpoint = CheckpointPlan(folder / "rain.checkpoint", note=notes.append) if folder else None
    options = {"seed": seed, "device": "cpu", "threads": 1, "checkpoint": checkpoint, "code": "digest"}
    synthesize_to_file(path, plan, progress=progress, **options)
    return notes, made


@pytest.mark.parametrize("name", PLANS)
def test_a_killed_texture_continues_after_its_last_window(tmp_path, name):
    plan, folder = PLANS[name](), tmp_path / "checkpoints"
    assert len(plan.windows) == 3
    each = plan.iterations // 3
    _, whole = write(tmp_path / "whole.wav", plan, None)
    with pytest.raises(Killed):
        write(tmp_path / "sound.wav", plan, folder, until=2 * each)
    assert len(list(folder.iterdir())) == 2
    assert not (tmp_path / "sound.wav").exists()
    notes, made = write(tmp_path / "sound.wav", plan, folder)
    assert (tmp_path / "sound.wav").read_bytes() == (tmp_path / "whole.wav").read_bytes()
    assert notes == []
    assert made == [iteration for iteration in whole if iteration > 2 * each]
    # Nothing is left of a finished texture.
    assert not folder.exists()


def test_windows_of_another_texture_or_damaged_ones_are_not_used(tmp_path):
    plan, folder = PLANS["spectrograms"](), tmp_path / "checkpoints"
    each = plan.iterations // 3
    for seed in (0, 1):
        write(tmp_path / f"seed {seed}.wav", plan, None, seed=seed)
    with pytest.raises(Killed):
        write(tmp_path / "sound.wav", plan, folder, until=2 * each)
    damaged = window_path(folder / "rain.checkpoint", 0)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(Killed):
        write(tmp_path / "sound.wav", plan, folder, until=2 * each + 1)
    notes, _ = write(tmp_path / "sound.wav", plan, folder, seed=1)
    assert [note.rpartition(": ")[2] for note in notes] == ["made with another seed"] * 2
    assert (tmp_path / "sound.wav").read_bytes() == (tmp_path / "seed 1.wav").read_bytes()
    assert (tmp_path / "sound.wav").read_bytes() != (tmp_path / "seed 0.wav").read_bytes()
