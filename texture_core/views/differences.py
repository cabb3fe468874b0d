"""Differences of log magnitudes over time: onsets, decays, and the flutter of what is between events."""

from texture_core.views.rows import amplified, constant_row


def create(target, lag=4, gain=100.0, bias=0.3):
    """Create the view ``differences``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    lag : int
        Frames between the two of a difference, at least 1.
    gain : float
        Above 0: differences are of ln(1 + gain * magnitude).
    bias : float
        Constant row, see `texture_core.views.rows.constant_row`.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to (bins, frames - lag), or to (bins + 1, frames - lag) with a bias.
    """

    def differences(log_magnitude):
        rows = amplified(log_magnitude, gain)
        return rows[:, lag:] - rows[:, :-lag]

    append = constant_row(differences(target), bias)

    def view(log_magnitude):
        return append(differences(log_magnitude))

    return view
