"""Differences of log magnitudes over time, which show onsets, decays and fluctuations between events."""

from texture_core.views.rows import amplified, constant_row


def create(target, lag=4, gain=100.0, bias=0.3):
    """Create the view ``differences``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    lag : int
        Distance of the two frames that are subtracted, at least 1.
    gain : float
        Above 0; the log magnitudes are ln(1 + gain * magnitude).
    bias : float
        Level of the constant row; see `texture_core.views.rows.constant_row`.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to (bins, frames - lag), or (bins + 1, frames - lag) if `bias` is not 0.
    """

    def differences(log_magnitude):
        rows = amplified(log_magnitude, gain)
        return rows[:, lag:] - rows[:, :-lag]

    append = constant_row(differences(target), bias)

    def view(log_magnitude):
        return append(differences(log_magnitude))

    return view
