"""Initial spectrograms for the optimisation."""

import math

import torch
from torch.nn import functional


def noise(target, generator, frames=None):
    """Draw absolute values of normal noise times the mean of the target.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames), on the CPU, at least 0.
    generator : torch.Generator
    frames : int, optional
        Number of frames of the result; default: that of the target.

    Returns
    -------
    torch.Tensor
        (bins, frames), float32.
    """
    return torch.randn(target.shape[0], frames or target.shape[1], generator=generator).abs() * target.mean()


def surrogate(target, generator, frames=None):
    """Draw noise with the target's second-order statistics: a phase-randomised surrogate.

    The phases of the modulation spectrum are replaced by random ones, the same for all bins. This preserves all
    autocorrelations and all cross-correlations between bins (Prichard & Theiler 1994). Then the values of each bin are
    mapped by rank to the target's distribution. See `noise` for the arguments and the result.

    Notes
    -----
    For another length, white noise of `frames` frames is convolved circularly with the target less its means (spot
    noise; Galerne, Gousseau & Morel 2011). The correlations equal the target's at every lag of the target and are 0
    beyond, so a long surrogate does not repeat the target. The result is circular.

    Iterating both steps, as Schreiber & Schmitz (1996) do, matches both properties better. But with many bins that
    share their phases it recovers the recording: after 50 rounds the diversity score of a tapping rhythm was 378.
    """
    frames = frames or target.shape[1]
    values = course(spot_spectrum(target, frames), random_angles(frames, generator), frames)
    return quantiles(target, frames).gather(1, ranks(values))


def spot_spectrum(target, frames):
    """Compute the modulation spectrum of each bin, (bins, frames // 2 + 1), for a result of `frames` frames."""
    length = target.shape[1]
    centred = target - target.mean(dim=1, keepdim=True) if frames != length else target
    # Wrap a target that is longer than the result.
    turns = -(-length // frames)
    folded = functional.pad(centred, (0, turns * frames - length)).reshape(len(target), turns, frames).sum(dim=1)
    return torch.fft.rfft(folded, dim=1)


def random_angles(frames, generator):
    """Draw a random phase for each modulation frequency of `frames` frames, (frames // 2 + 1,)."""
    angle = 2 * math.pi * torch.rand(frames // 2 + 1, generator=generator)
    # The mean is real, and so is the highest frequency of an even length.
    angle[0] = 0
    if frames % 2 == 0:
        angle[-1] = 0
    return angle


def course(spectrum, angle, frames):
    """Shift the phases of a modulation spectrum by `angle` and transform it to values over time, (bins, frames)."""
    return torch.fft.irfft(spectrum * torch.polar(torch.ones_like(angle), angle), n=frames, dim=1)


def ranks(values):
    """Return the rank of each value, (bins, frames), within its bin, from 0."""
    return values.argsort(dim=1, stable=True).argsort(dim=1, stable=True)


def quantiles(target, frames):
    """Compute `frames` evenly spaced quantiles of each bin, (bins, frames), ascending."""
    ordered = target.sort(dim=1).values
    length = target.shape[1]
    position = ((torch.arange(frames, dtype=torch.float64) + 0.5) * length / frames - 0.5).clamp(0, length - 1)
    below = position.floor().long()
    return torch.lerp(
        ordered[:, below], ordered[:, (below + 1).clamp_max(length - 1)], (position - below).to(target.dtype)
    )
