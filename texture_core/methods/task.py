"""Input and output of a method, and queries about methods that do not import them.

A method module has ``synthesize(task)``, which takes a `SynthesisTask` and returns a `SynthesisResult`, and
``iterations(parameters)``, which returns the maximum number of iterations. The workflow reads these optional top-level
literals without importing the module:

* ``NEEDS_SAMPLES``: whether it uses the target's samples (default False);
* ``USES_GPU``: whether it can compute on a GPU (default True);
* ``PARAMETERS``: dotted paths of the parameters that it uses (default: all);
* ``SCORED_AGAINST_FIRST_HALF``: whether its scores compare with the first half of the recording (default False);
* ``PACKAGES``: further packages that its results depend on, for provenance (default: none).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np

from texture_core import registry
from texture_core.parameters.mapping import to_mapping
from texture_core.parameters.method import Parameters
from texture_core.records.checkpoints import Checkpoint
from texture_core.records.spectrogram_files import LOSS_COLUMNS, Spectrogram

# Imported by ``optimization`` if `OptimizerParameters.waveform_iterations` is above 0.
WAVEFORM_MODULE = "texture_core.methods.waveform"
_SECTIONS = tuple(f.name for f in fields(Parameters) if is_dataclass(f.type))


@dataclass(frozen=True)
class SynthesisTask:
    """Input of a method.

    Attributes
    ----------
    target : Spectrogram
    parameters : Parameters
    seed : int
        Seed of all draws, together with `texture`, `setting` and a purpose.
    texture, setting : str
    device : {'cpu', 'cuda'}
    progress : callable or None
        Called with (iteration, dict of name to number) after each iteration.
    samples : numpy.ndarray or None
        (n,), float32: samples of the target, for methods that need them.
    frames : int or None
        Number of frames of the result; None for that of the target. Only ``optimization`` supports this and the
        following attributes.
    head, tail : numpy.ndarray or None
        (bins, any number of frames): fixed start and end of the result, which are part of the statistics.
    blended : int
        Number of frames at the end of the head and at the start of the tail that are not fixed. There the optimisation
        starts from a crossfade with the random start, which is rotated to continue the head best.
    loop : bool
        Compute circular features of the result, so that it loops seamlessly. Features of the target are not circular,
        as its end need not fit its start.
    stop : callable or None
        Called after each iteration; if it returns true, the optimisation stops.
    second : Spectrogram or None
        The second target of a morph.
    positions : numpy.ndarray or None
        (frames of the result,), float32: position of each frame between the target, 0, and the second, 1. The
        statistics are interpolated at the mean position, which is above 0 and below 1.
    checkpoint : texture_core.records.checkpoints.Checkpoint or None
        Where to save the state and to resume from. Methods may ignore it.
    head_samples, tail_samples : numpy.ndarray or None
        (signals, any number), float32: the fixed first and last samples of the result, if samples are optimised.
    after_head_samples, before_tail_samples : numpy.ndarray or None
        (signals, any number), float32: how the fixed first samples went on, and what led to the fixed last ones. The
        result fades from the one and to the other.
    peak : float or None
        Largest absolute value of an optimised sample, above 0; None for no limit.
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
    head_samples: np.ndarray | None = None
    tail_samples: np.ndarray | None = None
    after_head_samples: np.ndarray | None = None
    before_tail_samples: np.ndarray | None = None
    peak: float | None = None

    @property
    def targets(self):
        """The target, and the second target of a morph."""
        return (self.target,) if self.second is None else (self.target, self.second)


@dataclass(frozen=True)
class SynthesisResult:
    """Output of a method.

    Attributes
    ----------
    log_magnitude : numpy.ndarray
        (bins, frames), float32, at least 0.
    samples : numpy.ndarray or None
        (n,), or (signals, n) for several signals, float32, if the method synthesises samples; `log_magnitude` is then
        their spectrogram.
    loss : numpy.ndarray
        One row for the start and one per iteration, with columns `LOSS_COLUMNS`; no rows if nothing is minimised.
    further_losses, snapshots, attributes : dict
        See `texture_core.records.spectrogram_files.Synthesis`.
    """

    log_magnitude: np.ndarray
    samples: np.ndarray | None = None
    loss: np.ndarray = field(default_factory=lambda: np.empty((0, len(LOSS_COLUMNS))))
    further_losses: dict = field(default_factory=dict)
    snapshots: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)


def needs_samples(name):
    """Return whether a method uses the target's samples."""
    return registry.constant("methods", name, "NEEDS_SAMPLES", False)


def uses_gpu(name):
    """Return whether a method can compute on a GPU."""
    return registry.constant("methods", name, "USES_GPU", True)


def scored_against_first_half(name):
    """Return whether the results of a method are scored against only the first half of the recording."""
    return registry.constant("methods", name, "SCORED_AGAINST_FIRST_HALF", False)


def looks_at(name, path):
    """Return whether a method uses the parameter, or part of the section, at a dotted path."""
    paths = registry.constant("methods", name, "PARAMETERS")
    return paths is None or any(f"{used}.".startswith(f"{path}.") for used in paths)


def ends_with_samples(parameters):
    """Return whether a synthesis optimises the waveform after the spectrogram, with `WAVEFORM_MODULE`."""
    return looks_at(parameters.method, "optimizer.waveform_iterations") and parameters.optimizer.waveform_iterations > 0


def used_parameters(parameters):
    """Return the mapping of the method and the parameters that it uses, without those of the inversion."""
    mapping = to_mapping(parameters)
    mapping.pop("inversion")
    # The weights of the preset are in the mapping.
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
