"""The paper's method: optimise a spectrogram, and optionally its waveform, to match the target's features."""

import warnings
from dataclasses import replace
from functools import partial
from importlib import import_module

import numpy as np
import torch

from texture_core import registry
from texture_core.errors import ParameterError
from texture_core.losses.objective import Objective
from texture_core.methods.copies import likeness
from texture_core.methods.frames import Frames
from texture_core.methods.initial_frames import initial_frames
from texture_core.methods.run import Run, Stage
from texture_core.methods.task import WAVEFORM_MODULE, SynthesisResult
from texture_core.parameters.method import SpectrogramParameters
from texture_core.spectrogram.log_magnitude import log_spectrogram

# Factor between two steps of alpha.
_RISE = 10


def synthesize(task):
    """Optimise a spectrogram (paper, sections 2 and 3), and then its waveform if the parameters say so.

    If the parameters allow retakes, a copy of the target is synthesised again from another start.

    Returns
    -------
    SynthesisResult
        With the loss history and the requested snapshots; with samples if the waveform was optimised.

    Raises
    ------
    ParameterError
        If the target is too short for the parameters.
    OptimizationError
        If the loss or its gradient becomes NaN or infinite; the message names the iteration and the term.

    Warns
    -----
    UserWarning
        If the last retake is still a copy.
    """
    retakes = task.parameters.retakes
    # Morphs are copies of neither target.
    if not retakes or task.second is not None:
        return _synthesize(task)
    for take in range(retakes + 1):
        result = _synthesize(_retake(task, take) if take else task)
        found = likeness(task.target, result.log_magnitude)
        if not found.is_copy or (task.stop and task.stop()):
            break
    else:
        warnings.warn(
            f"the synthesis is a copy of the recording, also after {retakes} retakes: diversity score "
            f"{found.diversity:.1f}, share of copied pieces {found.patchwork_share:.2f}; take another seed or a larger "
            "beta",
            stacklevel=2,
        )
    known = {"takes": take + 1, "diversity": found.diversity, "patchwork_spectrogram_share": found.patchwork_share}
    return replace(result, attributes=result.attributes | known)


def _retake(task, take):
    """Return the same task with another start."""
    checkpoint = task.checkpoint and task.checkpoint.of_another(take=take)
    return replace(task, setting=f"{task.setting} take {take}", checkpoint=checkpoint)


def _synthesize(task):
    if task.parameters.frame_step == 1:
        return _synthesize_frames(task)
    coarse, length = _with_frame_step(task)
    result = _synthesize_frames(coarse)
    samples = result.samples[..., :length]
    target = task.target
    parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
    log_magnitude = np.concatenate([log_spectrogram(signal, parameters) for signal in np.atleast_2d(samples)])
    return replace(result, log_magnitude=log_magnitude, samples=samples)


def _with_frame_step(task):
    """Reduce the frame rate of a task to every ``frame_step``-th frame.

    Returns
    -------
    task : SynthesisTask
        With ``frame_step`` 1 and a larger hop length, for a result as long as the target.
    length : int
        Samples of the result.
    """
    step, target = task.parameters.frame_step, task.target
    frames = target.log_magnitude.shape[1]
    seen = np.ascontiguousarray(target.log_magnitude[:, ::step])
    coarse = replace(
        task,
        target=replace(target, log_magnitude=seen, hop_length=step * target.hop_length),
        parameters=replace(task.parameters, frame_step=1),
        frames=-(-(frames - 1) // step) + 1,
    )
    return coarse, (frames - 1) * target.hop_length


def _synthesize_frames(task):
    targets = [torch.from_numpy(target.log_magnitude).to(task.device) for target in task.targets]
    objective = _objective(task, targets)
    frames = Frames(targets[0], task)
    tolerances = _tolerances(task.parameters.optimizer)
    stages = _spectrogram_stages(task, frames, tolerances, highest=max(target.max().item() for target in targets))
    waveform = None
    if task.parameters.optimizer.waveform_iterations:
        # Imported by name, so that its code is part of the digests of only the settings that use it.
        waveform = import_module(WAVEFORM_MODULE).Waveform(targets[0], task, frames)
        stages += [waveform.stage(count, tolerances, alpha) for count, alpha in _waveform_counts(task.parameters)]

    run = Run(task, objective)
    run.minimize(stages, frames.free(initial_frames(task).to(task.device)))

    samples = None
    if waveform:
        if run.variable is frames:
            # Stopped before the waveform stage.
            run.variable, run.iterate = waveform, waveform.free(frames.log_magnitude(run.iterate))
        samples = waveform.samples(run.iterate).squeeze(0).cpu().numpy()
    return SynthesisResult(
        run.variable.log_magnitude(run.iterate).cpu().numpy(),
        samples=samples,
        loss=np.array(run.rows),
        further_losses={name: np.array(values) for name, values in run.further.items()},
        snapshots=run.snapshots,
        attributes={"ends": "; ".join(run.ends)} if tolerances else {},
    )


def iterations(parameters):
    """Return the maximum number of iterations."""
    return parameters.optimizer.iterations + parameters.optimizer.waveform_iterations


def _objective(task, targets):
    frame_rate = task.target.sample_rate / task.target.hop_length
    between = {}
    if len(targets) > 1:
        between = {"second": targets[1], "position": float(task.positions.mean(dtype=np.float64))}
    bins = task.target.n_fft // 2 + 1
    frequencies = torch.arange(len(targets[0])) % bins * (task.target.sample_rate / task.target.n_fft)
    return Objective(targets[0], task.parameters, frame_rate, task.seed, frequencies=frequencies, **between)


def _tolerances(optimizer):
    """Return the tolerances of the stopping rule; an empty dict if all iterations are to be run."""
    tolerances = {name: getattr(optimizer, name) for name in ("tolerance_change", "tolerance_grad")}
    if not any(tolerances.values()):
        return {}
    if not registry.constant("optimizers", optimizer.type, "HAS_TOLERANCES"):
        able = [
            name for name in registry.names("optimizers") if registry.constant("optimizers", name, "HAS_TOLERANCES")
        ]
        (first, *_) = [name for name, value in tolerances.items() if value]
        raise ParameterError(
            f"optimizer.{first}: expected 0 with {optimizer.type}, which makes all iterations, found "
            f"{tolerances[first]:g}; remove it or take {' or '.join(able)}"
        )
    return tolerances


def _spectrogram_stages(task, frames, tolerances, highest):
    """Return stages with and without the diversity term; the optimiser starts afresh when the loss changes."""
    parameters, name = task.parameters, task.parameters.optimizer.type
    total = parameters.optimizer.iterations
    with_diversity = min(parameters.diversity.iterations, total) if parameters.beta > 0 else 0
    bounds = {"highest": highest} if registry.constant("optimizers", name, "BOUNDED_ABOVE") else {}
    minimize = partial(registry.load("optimizers", name).minimize, **bounds)
    resumable = registry.constant("optimizers", name, "RESUMABLE", False)
    counts = (with_diversity, total - with_diversity)
    alpha = _first_alpha(parameters)
    return [Stage(frames, count, minimize, name, resumable, tolerances, alpha) for count in counts]


def _first_alpha(parameters):
    return min(parameters.optimizer.first_alpha or parameters.alpha, parameters.alpha)


def _waveform_counts(parameters):
    """Return the iterations on the sound and their alpha, which rises tenfold in steps over the first half."""
    total, alpha = parameters.optimizer.waveform_iterations, _first_alpha(parameters)
    rising = []
    while alpha < parameters.alpha:
        rising.append(alpha)
        alpha *= _RISE
    counts = [(total // 2 // len(rising), value) for value in rising]
    return [*counts, (total - sum(count for count, _ in counts), parameters.alpha)]
