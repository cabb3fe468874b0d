"""Optimisation of a waveform, so that the result is a real sound and not inconsistent magnitudes."""

import math

import torch

from texture_core.optimizers import projected_lbfgs
from texture_core.phase import admm
from texture_core.phase.initial_phase import initial_phase
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.transform import Transform

# Enough for a start: the optimisation itself removes the remaining inconsistency.
_RECOVERY_ITERATIONS = 50
# Keeps the gradient of a zero magnitude finite; small against 1, the knee of the logarithm.
_SMALLEST_POWER = 1e-10


class Waveform:
    """An objective of log spectrograms as a function of samples.

    Parameters
    ----------
    objective : Objective
    target : torch.Tensor
        (bins, frames); determines device and dtype.
    task : SynthesisTask
    """

    def __init__(self, objective, target, task):
        self._objective = objective
        self._transform = Transform.like(target, task.target.n_fft, task.target.hop_length)
        self._generator = torch_generator(task.seed, task.texture, task.setting, "waveform")

    def evaluate(self, samples):
        """Compute the loss and its gradient.

        Parameters
        ----------
        samples : torch.Tensor
            (n,).

        Returns
        -------
        terms : dict
            See `Objective.evaluate`.
        gradient : torch.Tensor
            (n,), gradient of the total.

        Raises
        ------
        OptimizationError
            See `Objective.evaluate`.
        """
        variable = samples.detach().requires_grad_(True)
        log_magnitude = self.log_magnitude(variable)
        terms, outer = self._objective.evaluate(log_magnitude)
        (gradient,) = torch.autograd.grad(log_magnitude, variable, outer)
        return terms, gradient

    def log_magnitude(self, samples):
        """Compute ln(1 + \\|S\\|) of samples (n,): (bins, 1 + n // hop_length)."""
        spectrum = self._transform.forward(samples)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.log1p((power + _SMALLEST_POWER).sqrt())

    def minimize(self, function, log_magnitude, *, resume=None, **options):
        """Minimise a function of samples, starting from samples with approximately the given magnitudes.

        Parameters
        ----------
        function, resume, options
            See `projected_lbfgs.minimize`.
        log_magnitude : torch.Tensor
            (bins, frames).

        Returns
        -------
        torch.Tensor
            ((frames - 1) * hop_length,).
        """
        if resume is None:
            start = nearest_samples(log_magnitude, self._generator, self._transform)
        else:
            start = log_magnitude.new_empty(resume["iterate"].shape)
        return projected_lbfgs.minimize(function, start, resume=resume, lowest=-math.inf, **options)


def nearest_samples(log_magnitude, generator, transform):
    """Compute samples with approximately the given magnitudes, as a start.

    Parameters
    ----------
    log_magnitude : torch.Tensor
        (bins, frames).
    generator : torch.Generator
        For the phases that the magnitudes do not determine.
    transform : Transform

    Returns
    -------
    torch.Tensor
        ((frames - 1) * hop_length,).
    """
    magnitude = torch.expm1(log_magnitude)
    phase = initial_phase(magnitude, "phase_gradient", generator, transform.n_fft, transform.hop_length)
    return admm.recover(magnitude, phase, transform, _RECOVERY_ITERATIONS)
