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


def surrogate(target, generator, rounds=20):
    """Noise with the target's second-order statistics: a phase-randomised surrogate.

    The spectrum of each bin's course over time keeps its magnitudes, and all bins get the same random phases, which
    leaves every autocorrelation and every cross-correlation between bins as it was (Prichard & Theiler 1994). Each
    bin's values are then brought to the target's distribution and the spectra back to theirs, in turn (Schreiber &
    Schmitz 1996, 2000). Arguments and result as `noise`.
    """
    frames = target.shape[1]
    spectrum = torch.fft.rfft(target, dim=1)
    ordered = target.sort(dim=1).values
    angle = 2 * math.pi * torch.rand(spectrum.shape[1], generator=generator)
    phase = torch.polar(torch.ones_like(angle), angle)
    for _ in range(rounds):
        # The mean has no phase to choose, nor has the highest frequency of an even length.
        phase[0] = 1
        if frames % 2 == 0:
            phase[-1] = 1
        course = torch.fft.irfft(spectrum * phase, n=frames, dim=1)
        course = ordered.gather(1, course.argsort(dim=1).argsort(dim=1))
        common = torch.linalg.vecdot(spectrum, torch.fft.rfft(course, dim=1), dim=0)
        phase = torch.polar(torch.ones_like(angle), common.angle())
    return course
