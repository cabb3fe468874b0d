"""The loss as a function of samples: a synthesis that ends with a sound, and not with magnitudes that no sound has."""

import math

import torch

from texture_core.optimizers import projected_lbfgs
from texture_core.phase import admm
from texture_core.phase.initial_phase import initial_phase
from texture_core.runtime.randomness import torch_generator
from texture_core.spectrogram.transform import Transform

# Enough to begin with: what is left of the inconsistency is what the optimisation is for.
_RECOVERY_ITERATIONS = 50
# Keeps the gradient of a magnitude finite where it is 0; against magnitudes of 1, the knee of the logarithm.
_SMALLEST_POWER = 1e-10


class Waveform:
    """Loss and gradient of samples against the target of an objective of log spectrograms, and how they are minimised.

    Parameters
    ----------
    objective : Objective
    target : torch.Tensor
        (bins, frames); its device and type are those of the computation.
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
            (n,), of the total.

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
        """(bins, 1 + n // hop_length): ln(1 + \\|S\\|) of samples (n,)."""
        spectrum = self._transform.forward(samples)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.log1p((power + _SMALLEST_POWER).sqrt())

    def minimize(self, function, log_magnitude, *, resume=None, **options):
        """Minimise a function of samples that begin with magnitudes near to given ones.

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
    """Samples whose magnitudes are near to given ones, to begin with.

    Parameters
    ----------
    log_magnitude : torch.Tensor
        (bins, frames).
    generator : torch.Generator
        Of the phases that the magnitudes do not suggest.
    transform : Transform

    Returns
    -------
    torch.Tensor
        ((frames - 1) * hop_length,).
    """
    magnitude = torch.expm1(log_magnitude)
    phase = initial_phase(magnitude, "phase_gradient", generator, transform.n_fft, transform.hop_length)
    return admm.recover(magnitude, phase, transform, _RECOVERY_ITERATIONS)
