"""Optimise the samples of a sound, so that the log magnitudes are those of a real signal."""

import math
from functools import partial

import torch

from texture_core.methods.run import Stage
from texture_core.optimizers import projected_lbfgs
from texture_core.phase import admm
from texture_core.phase.initial_phase import initial_phase
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.transform import CircularTransform, FadingTransform, Transform, fade_in

# Enough for a start; the optimisation reduces the remaining inconsistency.
_RECOVERY_ITERATIONS = 50
# Keeps the gradient of magnitudes finite at 0; small compared with 1, where the logarithm bends.
_SMALLEST_POWER = 1e-10


class Waveform:
    """Samples as the variable of the optimisation, with fixed samples at the ends if the task has them.

    Parameters
    ----------
    reference : torch.Tensor
        (bins, frames): the target, with the bins of several signals one after another; determines device and dtype.
    task : SynthesisTask
    frames : Frames
        Those of the same task.
    """

    def __init__(self, reference, task, frames):
        self._frames = frames
        self._signals = len(reference) // (task.target.n_fft // 2 + 1)
        self._peak = math.inf if task.peak is None else task.peak
        self._generator = torch_generator(task.seed, task.texture, task.setting, "waveform")
        self._head, self._tail, after_head, before_tail = (
            reference.new_empty(self._signals, 0) if held is None else torch.from_numpy(held).to(reference)
            for held in (task.head_samples, task.tail_samples, task.after_head_samples, task.before_tail_samples)
        )
        plain = Transform.like(reference, task.target.n_fft, task.target.hop_length)
        settings = (plain.n_fft, plain.hop_length, plain.window)
        if task.loop:
            self._transforms = [CircularTransform(*settings)] * self._signals
        else:
            ends = zip(self._head, self._tail, after_head, before_tail, strict=True)
            self._transforms = [FadingTransform(*settings, *held) for held in ends]
        self._joins = after_head.shape[1], before_tail.shape[1]

    def free(self, log_magnitude):
        """Recover samples with approximately the given log magnitudes (bins, frames).

        Returns
        -------
        torch.Tensor
            (signals, n), without the fixed samples at the ends.
        """
        signals = [
            _nearest_samples(own, self._generator, transform)
            for own, transform in zip(log_magnitude.chunk(self._signals), self._transforms, strict=True)
        ]
        samples = torch.stack(signals)
        return samples[:, self._head.shape[1] : samples.shape[1] - self._tail.shape[1]].contiguous()

    def samples(self, free):
        """Return all samples, (signals, n), including the fixed ones."""
        return torch.cat([self._head, free, self._tail], dim=1)

    def log_magnitude(self, free):
        """Return ln(1 + \\|S\\|) of all samples, (bins, frames)."""
        spectra = [transform.forward(own) for own, transform in zip(self.samples(free), self._transforms, strict=True)]
        spectrum = torch.cat(spectra)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.log1p((power + _SMALLEST_POWER).sqrt())

    def evaluate(self, objective, free):
        """Return the terms of the loss and its gradient with respect to the free samples; see `Objective.evaluate`."""
        variable = free.detach().requires_grad_(True)
        log_magnitude = self._frames.repeated(self.log_magnitude(variable))
        terms, outer = objective.evaluate(log_magnitude)
        (gradient,) = torch.autograd.grad(log_magnitude, variable, outer)
        return terms, gradient

    def stage(self, iterations, tolerances, alpha):
        """Return a `Stage` that optimises the samples within the peak of the task."""
        options = {"conditioning": self._conditioning} if any(self._joins) else {}
        minimize = partial(projected_lbfgs.minimize, lowest=-self._peak, highest=self._peak, **options)
        return Stage(self, iterations, minimize, "projected_lbfgs", projected_lbfgs.RESUMABLE, tolerances, alpha)

    def _conditioning(self, free):
        """Return a preconditioner that fades in next to held samples, so that no step arises there."""
        count = free.shape[1]
        begin, end = self._joins
        weight = torch.ones_like(free[0])
        weight[:begin] = fade_in(weight[:begin])
        weight[count - end :] *= fade_in(weight[count - end :]).flip(0)
        return weight.mul


def _nearest_samples(log_magnitude, generator, transform):
    magnitude = torch.expm1(log_magnitude)
    phase = initial_phase(magnitude, "phase_gradient", generator, transform.n_fft, transform.hop_length)
    return admm.recover(magnitude, phase, transform, _RECOVERY_ITERATIONS)
