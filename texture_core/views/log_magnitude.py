"""The log magnitudes, as the networks of the paper see them, or with another knee of the logarithm."""

from texture_core.views.rows import amplified, constant_row


def create(target, gain=1.0, bias=0.0):
    """Create the view ``log_magnitude``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    gain : float
        Above 0: the view is ln(1 + gain * magnitude). Larger values count quiet sounds more; 1 is the paper's.
    bias : float
        Constant row, see `texture_core.views.rows.constant_row`.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to (bins, frames), or to (bins + 1, frames) with a bias.
    """
    append = constant_row(amplified(target, gain), bias)

    def view(log_magnitude):
        return append(amplified(log_magnitude, gain))

    return view
