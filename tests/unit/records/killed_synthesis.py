"""A small synthesis that can be killed after any iteration."""

from texture_core import registry
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.mapping import from_mapping
from texture_core.parameters.method import Parameters
from texture_core.records.checkpoints import CheckpointPlan
from texture_core.records.provenance import without_clock
from texture_core.records.spectrogram_files import write_synthesis

OPTIMIZERS = registry.names("optimizers")
IDENTITY = {"seed": 3, "parameters": {"alpha": 1.0}, "code": "abc"}


class Killed(BaseException):
    """As sudden as a signal: nothing in between catches it."""


def small(optimizer="projected_lbfgs", **changes):
    values = {
        "alpha": 0.5,
        "beta": 0.01,
        "features": {"filters": 4, "kernel_widths": [2, 4]},
        "autocorrelation": {"minimum_lag": 0.02, "maximum_lag": 0.1},
        "diversity": {"iterations": 6, "shifts": "comb", "comb_spacing": 7, "comb_memory": 3},
        "optimizer": {"type": optimizer, "iterations": 14, "history": 4},
        "losses": {"sendik": 0.01},
        "snapshots": [2, 9],
    }
    return from_mapping(Parameters, values | changes)


def plan(path, notes, interval=0.0):
    return CheckpointPlan(path, interval, notes.append)


def synthesize(target, parameters, checkpoint=None, kill_after=None, **changes):
    def progress(iteration, _):
        if iteration == kill_after:
            raise Killed

    names = {"seed": 1, "texture": "rain", "setting": "full", "threads": 1, "device": "cpu", "code": "abc"}
    return synthesize_spectrogram(target, parameters, checkpoint=checkpoint, progress=progress, **names | changes)


def written(synthesis, folder, name="a.h5"):
    write_synthesis(folder / name, without_clock(synthesis)[0])
    return (folder / name).read_bytes()
