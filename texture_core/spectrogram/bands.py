"""Frequency bands of equal width on the ERB scale."""

import itertools

import torch


def erb_rate(frequency):
    """Convert frequencies in Hz, a tensor, to the ERB-rate scale (Glasberg & Moore 1990)."""
    return 21.4 * torch.log10(1 + 0.00437 * frequency)


def erb_bands(frequencies, count):
    """Create triangular bands, evenly spaced on the ERB-rate scale.

    Parameters
    ----------
    frequencies : torch.Tensor
        (bins,), Hz, increasing; they start again for each further signal, which has its own bands.
    count : int
        Number of bands for each signal; low bands with the same single bin are merged.

    Returns
    -------
    torch.Tensor
        (bands, bins), float64; the weights of each band add up to 1.
    """
    frequencies = frequencies.double()
    starts = [0, *(torch.nonzero(frequencies.diff() < 0).flatten() + 1).tolist(), len(frequencies)]
    rows = []
    for start, stop in itertools.pairwise(starts):
        own = _bands(erb_rate(frequencies[start:stop]), count)
        rows.append(torch.nn.functional.pad(own, (start, len(frequencies) - stop)))
    return torch.cat(rows)


def _bands(rate, count):
    centres = torch.linspace(0, rate.max().item(), count + 2, dtype=torch.float64)[1:-1]
    weights = (1 - (rate - centres[:, None]).abs() / (centres[0])).clamp_min(0)
    # A band that contains no bin takes the nearest one.
    empty = weights.sum(dim=1) == 0
    nearest = (rate - centres[:, None]).abs().argmin(dim=1)
    weights[empty, nearest[empty]] = 1
    weights = torch.unique_consecutive(weights, dim=0)
    return weights / weights.sum(dim=1, keepdim=True)
