"""The paper's method: optimise a spectrogram until its feature statistics match the target's."""

import time
from contextlib import suppress
from importlib import import_module

import numpy as np
import torch
from scipy.fft import next_fast_len

from texture_core import registry
from texture_core.losses.objective import Objective
from texture_core.methods import initial_morph, initial_spectrogram
from texture_core.methods.task import WAVEFORM_MODULE, SynthesisResult
from texture_core.records.spectrogram_files import LOSS_COLUMNS
from texture_core.runtime.randomness import torch_generator


def synthesize(task):
    """Optimise a spectrogram (paper, sections 2 and 3), and then its waveform if the parameters say so.

    Parameters
    ----------
    task : SynthesisTask

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
    """
    run = _Run(task)
    log_magnitude = run.minimize(_start(task).to(task.device))
    return SynthesisResult(
        log_magnitude.cpu().numpy(),
        loss=np.array(run.rows),
        further_losses={name: np.array(values) for name, values in run.further.items()},
        snapshots=run.snapshots,
        samples=None if run.samples is None else run.samples.cpu().numpy(),
    )


def iterations(parameters):
    """Return the maximum number of iterations."""
    return parameters.optimizer.iterations + parameters.optimizer.waveform_iterations


def _start(task):
    continues = task.blended and task.head is not None
    target = torch.from_numpy(task.target.log_magnitude)
    if task.second is None:
        draw = {"noise": initial_spectrogram.noise, "surrogate": initial_spectrogram.surrogate}[task.parameters.start]
        first = draw(target, _generator(task), task.frames)
        if continues:
            first = first.roll(-_nearest(first, torch.from_numpy(task.head)), dims=1)
    else:
        draw = {"noise": initial_morph.noise, "surrogate": initial_morph.surrogate}[task.parameters.start]
        second, positions = torch.from_numpy(task.second.log_magnitude), torch.from_numpy(task.positions)
        turn = 0
        if continues:
            # Find the rotation with all frames at the first position, then rotate with the positions in place.
            alike = draw(target, second, positions[:1].expand(len(positions)), _generator(task))
            turn = _nearest(alike, torch.from_numpy(task.head))
        first = draw(target, second, positions.roll(turn), _generator(task)).roll(-turn, dims=1)
    return _blend(first, task)


def _generator(task):
    return torch_generator(task.seed, task.texture, task.setting, "start")


def _blend(first, task):
    count = task.blended
    fade = (torch.arange(count) + 0.5) / count
    if count and task.head is not None:
        place = slice(task.head.shape[1] - count, task.head.shape[1])
        first[:, place] = torch.lerp(torch.from_numpy(task.head[:, -count:]), first[:, place], fade)
    if count and task.tail is not None:
        place = slice(first.shape[1] - task.tail.shape[1], first.shape[1] - task.tail.shape[1] + count)
        first[:, place] = torch.lerp(first[:, place], torch.from_numpy(task.tail[:, :count]), fade)
    return first


def _nearest(first, head):
    """Return the rotation of a start, in frames, that is nearest to the head."""
    frames = first.shape[1]
    length = next_fast_len(2 * frames, real=True)
    spectrum = torch.fft.rfft(torch.cat([first, first], dim=1)[:, :length], n=length)
    cross = (spectrum * torch.fft.rfft(head, n=length).conj()).sum(dim=0)
    correlation = torch.fft.irfft(cross, n=length)[:frames]
    energy = first.square().sum(dim=0).double()
    total = torch.cat([energy.new_zeros(1), torch.cat([energy, energy]).cumsum(0)])
    distance = total[head.shape[1] : head.shape[1] + frames] - total[:frames] - 2 * correlation
    return int(distance.argmin())


class _Stopped(Exception):
    """Raised to stop an optimiser."""


class _Run:
    """One synthesis in progress: the objective, and a row of the loss history for each iteration."""

    def __init__(self, task):
        reference = torch.from_numpy(task.target.log_magnitude).to(task.device)
        frame_rate = task.target.sample_rate / task.target.hop_length
        self._highest = reference.max().item()
        between = {}
        if task.second is not None:
            second = torch.from_numpy(task.second.log_magnitude).to(task.device)
            self._highest = max(self._highest, second.max().item())
            between = {"second": second, "position": float(task.positions.mean(dtype=np.float64))}
        self._objective = Objective(reference, task.parameters, frame_rate, task.seed, **between)
        self._parameters = task.parameters
        self._progress = task.progress
        self._stop = task.stop
        self._checkpoint = task.checkpoint
        self._frames = _Frames(reference, task)
        if task.parameters.optimizer.waveform_iterations:
            # Imported by name, so that the code digest of other settings does not depend on it.
            self._waveform = import_module(WAVEFORM_MODULE).Waveform(self._objective, reference, task)
        self._latest = None
        self._started = time.monotonic()
        self._evaluations = 0
        self._recent = {}
        self.rows = []
        self.further = {name: [] for name in task.parameters.losses}
        self.snapshots = {}
        self.samples = None

    def minimize(self, first):
        self._latest = self._frames.free(first)
        with suppress(_Stopped):
            self._latest = self._minimize(self._latest)
        if _are_samples(self._latest):
            self.samples = self._latest
        return self._spectrogram(self._latest)

    def _spectrogram(self, iterate):
        """Return the log spectrogram of an iterate, which consists of frames or of samples."""
        return self._waveform.log_magnitude(iterate) if _are_samples(iterate) else self._frames.result(iterate)

    def _minimize(self, first):
        parameters = self._parameters
        total = parameters.optimizer.iterations
        saved = self._checkpoint.load() if self._checkpoint else None
        if saved is None:
            self._record(self._objective.evaluate(self._frames.seen(first))[0])
            saved = {"phase": 0}
        else:
            self._restore(saved)
            if "result" in saved:
                return torch.from_numpy(saved["result"]).to(first)
        # The function changes when the diversity term ends, so the optimiser must restart its curvature estimate.
        with_diversity = min(parameters.diversity.iterations, total) if parameters.beta > 0 else 0
        # The last phase optimises samples instead of frames.
        phases = (with_diversity, total - with_diversity, parameters.optimizer.waveform_iterations)
        iterate = first
        for phase, iterations in enumerate(phases):
            if phase < saved["phase"]:
                continue
            if phase:
                # Also if the optimiser gave up before the term's last iteration.
                self._objective.end_diversity()
            if iterations > 0:
                resume = saved["optimizer"] if phase == saved["phase"] and "optimizer" in saved else None
                optimize = self._optimize_samples if phase == len(phases) - 1 else self._optimize
                iterate = optimize(phase, iterate, iterations, resume)
        if self._checkpoint:
            # The result may be lost before it is written.
            self._checkpoint.save(self._state() | {"result": iterate.cpu().numpy()})
        return iterate

    def _optimize(self, phase, first, iterations, resume):
        settings = self._parameters.optimizer
        resuming = {}
        if self._checkpoint:
            if registry.constant("optimizers", settings.type, "RESUMABLE", False):
                resuming = {"keep": lambda state: self._keep(phase, state), "resume": resume}
            else:
                self._checkpoint.note(f"optimiser {settings.type} does not support checkpoints: none are saved")
        bounds = {"highest": self._highest} if registry.constant("optimizers", settings.type, "BOUNDED_ABOVE") else {}
        return registry.load("optimizers", settings.type).minimize(
            self._value,
            first,
            iterations=iterations,
            history=settings.history,
            on_iteration=self._finish_iteration,
            **bounds,
            **resuming,
        )

    def _optimize_samples(self, phase, iterate, iterations, resume):
        return self._waveform.minimize(
            self._value,
            self._frames.result(iterate),
            iterations=iterations,
            history=self._parameters.optimizer.history,
            on_iteration=self._finish_iteration,
            keep=(lambda state: self._keep(phase, state)) if self._checkpoint else None,
            resume=resume,
        )

    def _keep(self, phase, optimizer_state):
        if self._checkpoint.due():
            self._checkpoint.save(self._state() | {"phase": phase, "optimizer": optimizer_state()})

    def _state(self):
        return {
            "evaluations": self._evaluations,
            "objective": self._objective.state(),
            "rows": np.array(self.rows),
            "further": {name: np.array(values) for name, values in self.further.items()},
            "seconds": time.monotonic() - self._started,
            "snapshots": list(self.snapshots.items()),
        }

    def _restore(self, saved):
        self._evaluations = saved["evaluations"]
        self._objective.restore(saved["objective"])
        self.rows = saved["rows"].tolist()
        self.further = {name: values.tolist() for name, values in saved["further"].items()}
        self._started = time.monotonic() - saved["seconds"]
        self.snapshots = dict(saved["snapshots"])
        self._checkpoint.note(f"resuming from a checkpoint after iteration {len(self.rows) - 1}")

    def _value(self, iterate):
        if _are_samples(iterate):
            terms, gradient = self._waveform.evaluate(iterate)
        else:
            terms, gradient = self._objective.evaluate(self._frames.seen(iterate))
            gradient = self._frames.gradient(gradient)
        self._evaluations += 1
        self._recent[terms["total"]] = terms
        return terms["total"], gradient

    def _finish_iteration(self, iterate, value):
        nearest = min(self._recent, key=lambda total: abs(total - value))
        terms = self._recent[nearest]
        self._recent.clear()
        self._record(terms)
        self._objective.advance()
        iteration = len(self.rows) - 1
        if iteration in self._parameters.snapshots:
            self.snapshots[iteration] = self._spectrogram(iterate).detach().cpu().numpy().copy()
        if self._progress:
            self._progress(iteration, terms)
        if self._stop and self._stop():
            self._latest = iterate
            raise _Stopped

    def _record(self, terms):
        known = terms | {"evaluations": self._evaluations, "seconds": time.monotonic() - self._started}
        self.rows.append([known.get(column, np.nan) for column in LOSS_COLUMNS])
        for name, values in self.further.items():
            values.append(known[name])


def _are_samples(iterate):
    return iterate.dim() == 1


class _Frames:
    """Maps the optimised frames to the input of the loss: adds the held ends, and repeats the start of a loop."""

    def __init__(self, reference, task):
        self._head = self._tail = reference[:, :0]
        if task.head is not None:
            held = task.head.shape[1] - task.blended
            self._head = torch.from_numpy(task.head[:, :held]).to(reference)
        if task.tail is not None:
            self._tail = torch.from_numpy(task.tail[:, task.blended :]).to(reference)
        # Repeating the start by the widest kernel less one frame makes the convolutions circular.
        self._repeated = max(task.parameters.features.kernel_widths) - 1 if task.loop else 0

    def free(self, log_magnitude):
        """Return the frames between head and tail."""
        return log_magnitude[:, self._head.shape[1] : log_magnitude.shape[1] - self._tail.shape[1]].contiguous()

    def seen(self, free):
        """Return the input of the loss."""
        parts = (self._head, free, self._tail, free[:, : self._repeated])
        return torch.cat([part for part in parts if part.shape[1]], dim=1)

    def result(self, free):
        """Return all frames, once each."""
        return torch.cat([self._head, free, self._tail], dim=1)

    def gradient(self, seen):
        """Return the gradient by the free frames, given that by the input of the loss."""
        end = seen.shape[1] - self._repeated
        gradient = self.free(seen[:, :end])
        gradient[:, : self._repeated] += seen[:, end:]
        return gradient
