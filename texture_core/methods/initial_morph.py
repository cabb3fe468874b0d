"""Initial spectrograms for optimising a morph between two targets."""

import torch

from texture_core.methods import initial_spectrogram


def noise(first, second, positions, generator):
    """Draw absolute values of normal noise times the interpolated mean of both targets.

    Parameters
    ----------
    first, second : torch.Tensor
        (bins, any number of frames), on the CPU, at least 0.
    positions : torch.Tensor
        (frames,), position of each frame of the result: 0 is the first target, 1 the second.
    generator : torch.Generator

    Returns
    -------
    torch.Tensor
        (bins, frames), float32.
    """
    size = (first.shape[0], len(positions))
    return torch.randn(size, generator=generator).abs() * torch.lerp(first.mean(), second.mean(), positions)


def surrogate(first, second, positions, generator):
    """Draw an interpolation of the surrogates of both targets. See `noise` for the arguments.

    See `texture_core.methods.initial_spectrogram.surrogate` for surrogates.

    Both surrogates use the same random phases, except for one angle per modulation frequency that brings the second
    nearest to the first. Their weighted sum is then on the optimal-transport geodesic between them (Xia, Ferradans,
    Peyré & Aujol 2014). Finally, the values of each bin are mapped to interpolated quantiles of the targets. So every
    frame is between both targets.

    The result is circular except for the positions: it may be rotated together with them.
    """
    frames = len(positions)
    angle = initial_spectrogram.random_angles(frames, generator)
    spectra = [initial_spectrogram.spot_spectrum(target, frames) for target in (first, second)]
    # `angle()` of 0 is 0: silent modulation frequencies are not rotated.
    inner = torch.linalg.vecdot(spectra[1], spectra[0], dim=0)
    spectra[1] = spectra[1] * torch.polar(torch.ones_like(angle), inner.angle())
    courses = [initial_spectrogram.course(spectrum, angle, frames) for spectrum in spectra]
    # Ranks require values with the same distribution at all positions.
    a, b = (values - values.mean(dim=1, keepdim=True) for values in courses)
    moments = [(x * y).mean(dim=1, keepdim=True) for x, y in ((a, a), (a, b), (b, b))]
    variance = (1 - positions) ** 2 * moments[0] + 2 * positions * (1 - positions) * moments[1]
    variance = variance + positions**2 * moments[2]
    ranks = initial_spectrogram.ranks(
        torch.lerp(a, b, positions) / variance.clamp_min(torch.finfo(a.dtype).tiny).sqrt()
    )
    quantiles = [initial_spectrogram.quantiles(target, frames).gather(1, ranks) for target in (first, second)]
    return torch.lerp(*quantiles, positions)
