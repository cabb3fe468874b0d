"""A new spectrogram with the statistics of a target."""

import time
from dataclasses import replace

import torch

from texture_core import registry
from texture_core.devices import resolve_device
from texture_core.errors import OptimizationError, ParameterError
from texture_core.memory import MemoryShortageError, explained_shortage
from texture_core.methods import SynthesisTask, used_parameters
from texture_core.storage import Synthesis


def synthesize_spectrogram(
    target,
    parameters,
    *,
    seed,
    texture="texture",
    setting="setting",
    device="auto",
    threads=None,
    progress=None,
    target_samples=None,
):
    """Synthesise a spectrogram of the texture that a target shows, with the method that the parameters name.

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    seed : int
        Together with texture, setting and purpose it seeds every draw; the weights of the features depend on the seed
        and the architecture alone.
    texture, setting : str
        Names, for the seeds and for messages.
    device : {'auto', 'cpu', 'cuda'}
    threads : int, optional
        Of torch on the CPU; the result's last bits depend on it.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration.
    target_samples : numpy.ndarray, optional
        (n,), float32: the recording itself, for methods that need it.

    Returns
    -------
    Synthesis
        As long as the target.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters, the method needs samples and has none, or the device is not
        there.
    MemoryShortageError
        If there is too little memory; the message says how much was wanted and what to change.
    OptimizationError
        If the loss or its gradient stops being finite; the message names texture, setting, iteration and term.
    """
    device = resolve_device(device)
    if threads is not None:
        torch.set_num_threads(threads)
    started = time.monotonic()
    task = SynthesisTask(target, parameters, seed, texture, setting, device, progress, target_samples)
    bins, frames = target.log_magnitude.shape
    try:
        with explained_shortage(parameters, frames, bins, device):
            result = registry.load("methods", parameters.method).synthesize(task)
    except (MemoryShortageError, OptimizationError, ParameterError) as error:
        raise type(error)(f"texture {texture}, setting {setting}: {error}") from None
    attributes = {
        "parameters": used_parameters(parameters),
        "texture": texture,
        "setting": setting,
        "seed": seed,
        "device": device,
        "threads": torch.get_num_threads(),
        "torch_version": str(torch.__version__),
        "seconds": time.monotonic() - started,
        **result.attributes,
    }
    return Synthesis(
        replace(target, log_magnitude=result.log_magnitude),
        result.loss,
        attributes,
        result.further_losses,
        result.snapshots,
        result.samples,
    )


def planned_iterations(parameters):
    """How many iterations a setting's synthesis has at most."""
    return registry.load("methods", parameters.method).iterations(parameters)
