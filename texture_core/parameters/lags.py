"""The lags of the autocorrelation."""

from texture_core.errors import ParameterError


def lag_frames(autocorrelation, frame_rate):
    """First and last lag, both included, in frames.

    Parameters
    ----------
    autocorrelation : AutocorrelationParameters
    frame_rate : float
        Frames per second.

    Raises
    ------
    ParameterError
        If no whole lag lies in the range.
    """
    first = round(autocorrelation.minimum_lag * frame_rate)
    last = round(autocorrelation.maximum_lag * frame_rate)
    if last < first or last < 1:
        raise ParameterError(
            f"autocorrelation: no lag between {autocorrelation.minimum_lag} and {autocorrelation.maximum_lag} s at "
            f"{frame_rate:g} frames/s; widen the range"
        )
    return first, last
