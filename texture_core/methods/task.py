"""What a method is given and what it makes, and what the workflow asks of methods without importing them.

A method has ``synthesize(task)``, which takes a `SynthesisTask` and returns a `SynthesisResult`, and
``iterations(parameters)``, how many iterations to expect at most. Literals at its top level tell the workflow about a
method, without importing it:

* ``NEEDS_SAMPLES``, whether it looks at the target's samples; False where it is left out;
* ``USES_GPU``, whether it computes on a GPU; True where it is left out;
* ``PARAMETERS``, the dotted paths of the parameters that it looks at; all where it is left out;
* ``PACKAGES``, what its results depend on besides what all depend on, for their record; none where it is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np

from texture_core import registry
from texture_core.parameters.mapping import to_mapping
from texture_core.parameters.method import Parameters
from texture_core.records.checkpoints import Checkpoint
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram

# What ``optimization`` imports where `OptimizerParameters.waveform_iterations` asks for it.
WAVEFORM_MODULE = "texture_core.methods.waveform"
_SECTIONS = tuple(f.name for f in fields(Parameters) if is_dataclass(f.type))


@dataclass(frozen=True)
class SynthesisTask:
    """What a method is given.

    Attributes
    ----------
    target : Spectrogram
    parameters : Parameters
    seed : int
        Of every draw, together with `texture`, `setting` and a purpose.
    texture, setting : str
    device : {'cpu', 'cuda'}
    progress : callable or None
        Called with (iteration, dict of name to number) after each iteration.
    samples : numpy.ndarray or None
        (n,), float32: what the target is the spectrogram of, for methods that need it.
    frames : int or None
        Length of the result; None is that of the target. This and what follows is known to ``optimization`` alone.
    head, tail : numpy.ndarray or None
        (bins, any number of frames): what the result begins and ends with. It is held, and counts in the statistics.
    blended : int
        So many frames of the head's end and of the tail's start are not held: where they are, the optimisation starts
        from a fade between them and what it draws, turned around to where that continues the head best.
    loop : bool
        The features go around from the last frame to the first, so that the result can be repeated without a seam.
        Those of the target do not: its end need not fit its start.
    stop : callable or None
        Asked after each iteration; if true, that is the last.
    second : Spectrogram or None
        Another target, for a result between both.
    positions : numpy.ndarray or None
        (frames of the result,), float32: how far each frame is from the target, 0, to the second, 1. The statistics are
        those at their mean, which is above 0 and below 1.
    checkpoint : texture_core.records.checkpoints.Checkpoint or None
        Where to save the state and to go on from. A method that saves nothing leaves it alone.
    """

    target: Spectrogram
    parameters: Parameters
    seed: int
    texture: str
    setting: str
    device: str = "cpu"
    progress: Callable | None = None
    samples: np.ndarray | None = None
    frames: int | None = None
    head: np.ndarray | None = None
    tail: np.ndarray | None = None
    blended: int = 0
    loop: bool = False
    stop: Callable | None = None
    second: Spectrogram | None = None
    positions: np.ndarray | None = None
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class SynthesisResult:
    """What a method makes.

    Attributes
    ----------
    log_magnitude : numpy.ndarray
        (bins, frames), float32, at least 0.
    samples : numpy.ndarray or None
        (n,), float32, of a method that makes samples; `log_magnitude` is then of these.
    loss : numpy.ndarray
        A row for the start and for each iteration, columns `LOSS_COLUMNS`; no rows where nothing is minimised.
    further_losses, snapshots, attributes : dict
        As in `texture_core.records.spectrogram_files.Synthesis`.
    """

    log_magnitude: np.ndarray
    samples: np.ndarray | None = None
    loss: np.ndarray = field(default_factory=lambda: np.empty((0, len(LOSS_COLUMNS))))
    further_losses: dict = field(default_factory=dict)
    snapshots: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)


def needs_samples(name):
    """Whether a method looks at the target's samples."""
    return registry.constant("methods", name, "NEEDS_SAMPLES", False)


def uses_gpu(name):
    """Whether a method computes on a GPU where it is given one."""
    return registry.constant("methods", name, "USES_GPU", True)


def looks_at(name, path):
    """Whether a method looks at the parameter, or at part of the section, at a dotted path."""
    paths = registry.constant("methods", name, "PARAMETERS")
    return paths is None or any(f"{used}.".startswith(f"{path}.") for used in paths)


def ends_with_samples(parameters):
    """Whether a synthesis goes on with the samples after the spectrogram, by `WAVEFORM_MODULE`."""
    return looks_at(parameters.method, "optimizer.waveform_iterations") and parameters.optimizer.waveform_iterations > 0


def used_parameters(parameters):
    """As `to_mapping`, with the method and what it looks at, and nothing of the inversion, which comes later."""
    mapping = to_mapping(parameters)
    mapping.pop("inversion")
    # What it stands for is there.
    mapping.pop("preset", None)
    return _selected(mapping, parameters.method, "")


def _selected(mapping, method, prefix):
    selected = {}
    for key, value in mapping.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path in _SECTIONS:
            value = _selected(value, method, f"{path}.")
            if value:
                selected[key] = value
        elif path == "method" or looks_at(method, path):
            selected[key] = value
    return selected
