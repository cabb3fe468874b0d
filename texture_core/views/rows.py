"""What several views do with log magnitudes: another knee of the logarithm, and a constant row."""

import torch


def amplified(log_magnitude, gain):
    """Return ln(1 + gain * magnitude) of log magnitudes; gain 1 returns them unchanged."""
    return log_magnitude if gain == 1 else torch.log1p(gain * torch.expm1(log_magnitude))


def constant_row(rows, bias):
    """Return a function that appends a constant row to (rows, frames).

    Parameters
    ----------
    rows : torch.Tensor
        (rows, frames): the target's.
    bias : float
        At least 0. The constant is this multiple of the root mean square over frames of the norm of a frame. Next to
        it, loud frames differ from quiet ones even if norms do not count. 0 appends nothing.
    """
    if not bias:
        return _unchanged
    level = bias * rows.square().sum(dim=0).mean().sqrt()

    def append(rows):
        return torch.cat([rows, level.expand(1, rows.shape[1])])

    return append


def _unchanged(rows):
    return rows
