"""Loudness after ITU-R BS.1770-5, and gains that make several sounds equally loud."""

import numpy as np

# The two filters of the recommendation at 48 kHz, each numerator over denominator: the head's shelf, then a high-pass.
_FILTER_RATE = 48000
_FILTERS = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)
_OFFSET = -0.691
_STEP_SECONDS = 0.1
_STEPS_PER_BLOCK = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
# The filters have rung off by then.
_PADDING_SECONDS = 0.2


def loudness(samples, sample_rate):
    """Measure integrated loudness with both gates of the recommendation.

    Parameters
    ----------
    samples : numpy.ndarray
        (n,) or (n, channels), full scale 1.0; channels have equal weight.
    sample_rate : int
        Hz. The filters have the frequency response of those at 48 kHz.

    Returns
    -------
    float
        LUFS; ``-inf`` if every block is below -70 LUFS. A sound shorter than 400 ms is one block.
    """
    steps = sum(_step_energies(channel, sample_rate) for channel in np.atleast_2d(np.transpose(samples)))
    blocks = min(_STEPS_PER_BLOCK, len(steps))
    power = np.convolve(steps, np.full(blocks, 1 / blocks), mode="valid")
    power = power[_level(power) > _ABSOLUTE_GATE]
    if len(power) == 0:
        return -np.inf
    return float(_level(power[_level(power) > _level(power.mean()) + _RELATIVE_GATE].mean()))


def matching_gains(levels, peaks, *, target, ceiling):
    """Compute gains that make sounds equally loud without exceeding a peak level.

    Parameters
    ----------
    levels : sequence of float
        Loudness in LUFS; ``-inf`` for silence.
    peaks : sequence of float
        Largest absolute samples.
    target : float
        Target loudness in LUFS; lower for all sounds if the peaks require it.
    ceiling : float
        Maximum peak after the gain, in dBFS.

    Returns
    -------
    list of float
        dB, in the order of ``levels``; 0 for silence.
    """
    heard = [(level, peak) for level, peak in zip(levels, peaks, strict=True) if np.isfinite(level)]
    reached = min([target, *(level + ceiling - 20 * np.log10(peak) for level, peak in heard)])
    return [float(reached - level) if np.isfinite(level) else 0.0 for level in levels]


def _step_energies(channel, sample_rate):
    """Mean squares of the weighted signal, one per step of 100 ms; an incomplete last step is left out."""
    size = len(channel) + round(_PADDING_SECONDS * sample_rate)
    spectrum = np.fft.rfft(channel, size) * _weighting(np.fft.rfftfreq(size, 1 / sample_rate))
    weighted = np.fft.irfft(spectrum, size)[: len(channel)]
    step = round(_STEP_SECONDS * sample_rate)
    count = max(len(channel) // step, 1)
    return np.array([np.mean(np.square(weighted[number * step : (number + 1) * step])) for number in range(count)])


def _weighting(frequencies):
    """Return the gain of the filters at frequencies in Hz."""
    # Powers of z, negative; beyond what the filters know their gain stays what it is at the end.
    delay = np.exp(-2j * np.pi * np.minimum(frequencies, _FILTER_RATE / 2) / _FILTER_RATE)
    gain = 1.0
    for numerator, denominator in _FILTERS:
        gain = gain * np.abs(np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay))
    return gain


def _level(power):
    with np.errstate(divide="ignore"):
        return _OFFSET + 10 * np.log10(power)
