"""Lags of the autocorrelation."""

from texture_core.errors import ParameterError


def lag_frames(autocorrelation, frame_rate):
    """Return the first and last lag in frames, both included.

    Parameters
    ----------
    autocorrelation : AutocorrelationParameters
    frame_rate : float
        Frames per second.

    Raises
    ------
    ParameterError
        If the range contains no whole frame.
    """
    first = round(autocorrelation.minimum_lag * frame_rate)
    last = round(autocorrelation.maximum_lag * frame_rate)
    if last < first or last < 1:
        raise ParameterError(
            f"autocorrelation: no lag between {autocorrelation.minimum_lag} and {autocorrelation.maximum_lag} s at "
            f"{frame_rate:g} frames/s; widen the range"
        )
    return first, last
