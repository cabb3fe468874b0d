"""Where the optimisation of a spectrogram between two targets starts."""

import torch

from texture_core.methods import initial_spectrogram


def noise(first, second, positions, generator):
    """Absolute values of normal noise times what is between the means of both targets.

    Parameters
    ----------
    first, second : torch.Tensor
        (bins, any number of frames), on the CPU, at least 0.
    positions : torch.Tensor
        (frames,), of each frame of the result: 0 is the first target, 1 the second.
    generator : torch.Generator

    Returns
    -------
    torch.Tensor
        (bins, frames), float32.
    """
    size = (first.shape[0], len(positions))
    return torch.randn(size, generator=generator).abs() * torch.lerp(first.mean(), second.mean(), positions)


def surrogate(first, second, positions, generator):
    """What is between the surrogates of both targets; arguments as in `noise`.

    `texture_core.methods.initial_spectrogram.surrogate` says what a surrogate is.

    Both have the same random phases, but for one angle for each modulation frequency, by which the second is brought
    nearest to the first: with these the sum of the courses is on the geodesic of optimal transport between them (Xia,
    Ferradans, Peyré & Aujol 2014). Each bin's values are then brought to the distribution whose quantiles are between
    those of the targets. So each instant is between both, and none is the one or the other.

    The result's end is followed by its start, but for the positions: turned around together with them, it is as good.
    """
    frames = len(positions)
    angle = initial_spectrogram.random_angles(frames, generator)
    spectra = [initial_spectrogram.spot_spectrum(target, frames) for target in (first, second)]
    # Where nothing is, there is no angle to turn by.
    inner = torch.linalg.vecdot(spectra[1], spectra[0], dim=0)
    spectra[1] = spectra[1] * torch.polar(torch.ones_like(angle), inner.angle())
    courses = [initial_spectrogram.course(spectrum, angle, frames) for spectrum in spectra]
    # Ranks are of values that are distributed alike at all positions.
    a, b = (values - values.mean(dim=1, keepdim=True) for values in courses)
    moments = [(x * y).mean(dim=1, keepdim=True) for x, y in ((a, a), (a, b), (b, b))]
    variance = (1 - positions) ** 2 * moments[0] + 2 * positions * (1 - positions) * moments[1]
    variance = variance + positions**2 * moments[2]
    ranks = initial_spectrogram.ranks(
        torch.lerp(a, b, positions) / variance.clamp_min(torch.finfo(a.dtype).tiny).sqrt()
    )
    quantiles = [initial_spectrogram.quantiles(target, frames).gather(1, ranks) for target in (first, second)]
    return torch.lerp(*quantiles, positions)
