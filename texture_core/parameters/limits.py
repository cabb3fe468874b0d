"""Requirements of a setting on recordings, and what counts as a copy of one."""

from texture_core.parameters.lags import lag_frames

# A target with more frames counts as long: costly computations then use parts of it.
LONG_FRAMES = 2048
# Copies have a diversity score above 20, other sounds at most 8.4 (docs/method.md).
COPY_DIVERSITY = 10.0
# A larger share of copied segments is a collage.
COPY_SHARE = 0.5


def minimum_seconds(parameters, audio, spectrogram):
    """Compute the duration of the shortest recording that a setting supports.

    Parameters
    ----------
    parameters : Parameters
    audio : AudioParameters
    spectrogram : SpectrogramParameters

    Returns
    -------
    seconds : float
    reason : str
        What requires this duration, in words.
    """
    hop_length = spectrogram.hop_length * parameters.frame_step
    frame_rate = audio.sample_rate / hop_length
    widest = max(parameters.features.kernel_widths)
    longest_lag = lag_frames(parameters.autocorrelation, frame_rate)[1]
    trimmed = widest - 1 if parameters.features.padding == "valid" else 0
    needs = [
        # Reflected ends take half a transform, on the way back too.
        (spectrogram.n_fft // 2 // hop_length + 2, f"the transform of {spectrogram.n_fft} samples"),
        # The autocorrelation score is computed for every setting, the term on feature maps only where it has a weight.
        (longest_lag + 1, f"the longest lag ({parameters.autocorrelation.maximum_lag} s) and a frame"),
    ]
    has_features = parameters.method == "optimization"
    if has_features:
        needs.append((widest, f"the widest kernel, {widest} frames"))
    if has_features and parameters.alpha > 0:
        needs.append(
            (
                longest_lag + 1 + trimmed,
                f"the longest lag ({parameters.autocorrelation.maximum_lag} s) and a frame, in the feature map of the "
                f"widest kernel ({widest} frames)",
            )
        )
    frames, reason = max(needs)
    return (frames - 1) * hop_length / audio.sample_rate, reason
