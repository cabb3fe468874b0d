"""The loss as a function of samples: a synthesis that ends with a sound, and not with magnitudes that no sound has."""

import torch

from texture_core.phase import admm
from texture_core.starting_phase import starting_phase

# Enough to begin with: what is left of the inconsistency is what the optimisation is for.
_RECOVERY_ITERATIONS = 50
# Keeps the gradient of a magnitude finite where it is 0; against magnitudes of 1, the knee of the logarithm.
_SMALLEST_POWER = 1e-10


class WaveformObjective:
    """Loss and gradient of samples against the target of an objective of log spectrograms.

    Parameters
    ----------
    objective : Objective
    transform : Transform
        The one that the target was made with.
    """

    def __init__(self, objective, transform):
        self._objective = objective
        self._transform = transform

    def evaluate(self, samples):
        """Compute the loss and its gradient.

        Parameters
        ----------
        samples : torch.Tensor
            (n,).

        Returns
        -------
        terms : dict
            As of `Objective.evaluate`.
        gradient : torch.Tensor
            (n,), of the total.

        Raises
        ------
        OptimizationError
            As of `Objective.evaluate`.
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
    phase = starting_phase(magnitude, "phase_gradient", generator, transform.n_fft, transform.hop_length)
    return admm.recover(magnitude, phase, transform, _RECOVERY_ITERATIONS)
