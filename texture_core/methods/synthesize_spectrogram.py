"""Synthesise a spectrogram with the statistics of a target."""

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
    """Synthesise a spectrogram from a target, with the method that the parameters name.

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    seed : int
        Seed of all random draws, together with `texture` and `setting`; the weights of the features depend only on the
        seed and the architecture.
    texture, setting : str
        Names used in seeds and messages.
    device : {'auto', 'cpu', 'cuda'}
        Methods that do not support a GPU always use the CPU.
    threads : int, optional
        Number of CPU threads of torch; affects the last bits of the result.
    progress : callable, optional
        Called with (iteration, dict of loss terms) after each iteration.
    target_samples : numpy.ndarray, optional
        (n,), float32: the recording, for methods that need samples.
    code : str, optional
        Digest of the running code, for provenance and to reject checkpoints of other code.
    checkpoint : CheckpointPlan, optional
        Where and how often to save the state of the optimisation. An existing checkpoint is resumed. The checkpoint is
        kept at the end, in case the result is lost before it is written; remove it with
        `texture_core.records.checkpoints.remove_checkpoint`.

    Returns
    -------
    Synthesis
        As long as the target. Resuming from a checkpoint gives the same result, except for the elapsed seconds.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters, samples are missing, or the device is not available.
    MemoryShortageError
        If memory runs out; the message says how much was needed and what to change.
    OptimizationError
        If the loss or its gradient becomes NaN or infinite; the message names texture, setting, iteration and term.
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
    """Return the maximum number of iterations of a synthesis."""
    return registry.load("methods", parameters.method).iterations(parameters)
