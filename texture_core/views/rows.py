"""Transforms that several views share: a gain before the logarithm, and a constant row."""

import torch


def amplified(log_magnitude, gain):
    """Convert log magnitudes, ln(1 + magnitude), to ln(1 + gain * magnitude)."""
    return log_magnitude if gain == 1 else torch.log1p(gain * torch.expm1(log_magnitude))


def constant_row(rows, bias):
    """Return a function that appends a constant row to (rows, frames).

    Parameters
    ----------
    rows : torch.Tensor
        (rows, frames) of the target.
    bias : float
        At least 0. The constant is `bias` times the root mean square of the norms of the frames. With it, loud and
        quiet frames differ in direction, so that they can be told apart even if their norms are ignored. With 0, no row
        is appended.
    """
    if not bias:
        return _unchanged
    level = bias * rows.square().sum(dim=0).mean().sqrt()

    def append(rows):
        return torch.cat([rows, level.expand(1, rows.shape[1])])

    return append


def _unchanged(rows):
    return rows
