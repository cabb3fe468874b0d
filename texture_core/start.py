"""Where the optimisation of a spectrogram starts."""

import math

import torch


def noise(target, generator):
    """Absolute values of normal noise times the mean of the target.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames), on the CPU, at least 0.
    generator : torch.Generator

    Returns
    -------
    torch.Tensor
        (bins, frames), float32.
    """
    return torch.randn(target.shape, generator=generator).abs() * target.mean()


def surrogate(target, generator):
    """Noise with the target's second-order statistics: a phase-randomised surrogate.

    The spectrum of each bin's course over time keeps its magnitudes, and all bins get the same random phases, which
    leaves every autocorrelation and every cross-correlation between bins as it was (Prichard & Theiler 1994). Then each
    bin's values are brought to the target's distribution, in the order that they have. Arguments and result as `noise`.

    Notes
    -----
    Repeating both steps in turn, as Schreiber & Schmitz (1996) do, comes nearer to both, but with many bins that share
    their phases it finds the recording again: after 50 rounds the diversity score of a tapping rhythm was 378.
    """
    frames = target.shape[1]
    spectrum = torch.fft.rfft(target, dim=1)
    angle = 2 * math.pi * torch.rand(spectrum.shape[1], generator=generator)
    # The mean has no phase to choose, nor has the highest frequency of an even length.
    angle[0] = 0
    if frames % 2 == 0:
        angle[-1] = 0
    course = torch.fft.irfft(spectrum * torch.polar(torch.ones_like(angle), angle), n=frames, dim=1)
    ranks = course.argsort(dim=1, stable=True).argsort(dim=1, stable=True)
    return target.sort(dim=1).values.gather(1, ranks)
