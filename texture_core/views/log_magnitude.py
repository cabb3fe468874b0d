"""Log magnitudes, like the input of the paper's networks, optionally with another gain before the logarithm."""

from texture_core.views.rows import amplified, constant_row


def create(target, gain=1.0, bias=0.0):
    """Create the view ``log_magnitude``.

    Parameters
    ----------
    target : torch.Tensor
        (bins, frames) log magnitudes.
    gain : float
        Above 0; the view is ln(1 + gain * magnitude). Larger values emphasise quiet sounds; the paper uses 1.
    bias : float
        Level of the constant row; see `texture_core.views.rows.constant_row`.

    Returns
    -------
    callable
        Maps log magnitudes (bins, frames) to (bins, frames), or (bins + 1, frames) if `bias` is not 0.
    """
    append = constant_row(amplified(target, gain), bias)

    def view(log_magnitude):
        return append(amplified(log_magnitude, gain))

    return view
