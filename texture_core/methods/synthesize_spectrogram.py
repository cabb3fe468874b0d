"""A new spectrogram with the statistics of a target."""

import time
from dataclasses import replace

import torch

from texture_core import registry
from texture_core.errors import OptimizationError, ParameterError
from texture_core.methods.task import SynthesisTask, needs_samples, used_parameters, uses_gpu
from texture_core.records.checkpoints import Checkpoint
from texture_core.records.provenance import provenance
from texture_core.records.spectrogram_files import Synthesis
from texture_core.runtime.devices import resolve_device
from texture_core.runtime.memory import MemoryShortageError, explained_shortage


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
    code=None,
    checkpoint=None,
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
        A method that uses no GPU computes on the CPU whatever is given.
    threads : int, optional
        Of torch on the CPU; the result's last bits depend on it.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration.
    target_samples : numpy.ndarray, optional
        (n,), float32: the recording itself, for methods that need it.
    code : str, optional
        A digest of the code that runs, for the record and to tell checkpoints of other code.
    checkpoint : CheckpointPlan, optional
        Where to save the state of the optimisation every so often, and to go on from. What is there stays after the
        end, so that the result can be lost until it is written: `texture_core.records.checkpoints.remove_checkpoint`.

    Returns
    -------
    Synthesis
        As long as the target. Interrupted and gone on from a checkpoint or not, it is the same but for its seconds.

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
    device = resolve_device(device if uses_gpu(parameters.method) else "cpu")
    if threads is not None:
        torch.set_num_threads(threads)
    started = time.monotonic()
    attributes = {
        "parameters": used_parameters(parameters),
        "texture": texture,
        "setting": setting,
        "seed": seed,
        "device": device,
        "threads": torch.get_num_threads(),
        "torch_version": str(torch.__version__),
        "provenance": provenance(
            target,
            parameters,
            device,
            samples=target_samples if needs_samples(parameters.method) else None,
            code=code,
        ),
    }
    task = SynthesisTask(
        target,
        parameters,
        seed,
        texture,
        setting,
        device,
        progress,
        target_samples,
        checkpoint=Checkpoint(checkpoint, attributes) if checkpoint else None,
    )
    bins, frames = target.log_magnitude.shape
    try:
        with explained_shortage(parameters, frames, bins, device):
            result = registry.load("methods", parameters.method).synthesize(task)
    except (MemoryShortageError, OptimizationError, ParameterError) as error:
        raise type(error)(f"texture {texture}, setting {setting}: {error}") from None
    attributes |= {"seconds": time.monotonic() - started, **result.attributes}
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
