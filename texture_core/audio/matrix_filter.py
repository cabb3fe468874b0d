"""Zero-delay filters that mix two channels by a matrix per frequency, for sounds in blocks."""

import numpy as np

from texture_core.spectrogram.log_magnitude import periodic_hann


def design_filter(matrices):
    """Compute impulse responses from matrices over frequency.

    Parameters
    ----------
    matrices : numpy.ndarray
        (bins, 2, inputs), real, at evenly spaced frequencies from 0 to half the sample rate.

    Returns
    -------
    numpy.ndarray
        (2 * (bins - 1), 2, inputs), float64; time 0 is in the middle. A Hann window is applied, which blends each
        matrix with its neighbours (1/4, 1/2, 1/4).
    """
    length = 2 * (len(matrices) - 1)
    responses = np.fft.fftshift(np.fft.irfft(matrices, n=length, axis=0), axes=0)
    return responses * periodic_hann(length)[:, None, None]


def filter_samples(samples, taps):
    """Filter a sound, with silence before its start and after its end.

    Parameters
    ----------
    samples : numpy.ndarray
        (n, inputs).
    taps : numpy.ndarray
        See `design_filter`.

    Returns
    -------
    numpy.ndarray
        (n, 2), without delay.
    """
    middle = len(taps) // 2
    return _convolve(samples, taps)[middle : middle + len(samples)]


def filter_blocks(blocks, fade, loop):
    """Filter a sound block by block, each block with its own filter.

    Parameters
    ----------
    blocks : iterable of pair of numpy.ndarray
        Samples (any number, inputs), and taps from `design_filter`, all of the same length. Every block but the last
        has at least `fade` samples.
    fade : int
        Number of samples at the start of each block over which the previous filter is crossfaded to the new one.
    loop : bool
        Whether the sound is a loop.

    Yields
    ------
    numpy.ndarray
        (any number, 2), float32. The total number of samples is that of the input, without delay. A loop starts a
        little later and wraps around.
    """
    received = handed_on = 0
    first = before = tail = None
    for samples, taps in blocks:
        if first is None:
            length = len(taps)
            # Past this much of a loop its start no longer shows that the end, which comes before it, is not known yet.
            skip = fade + length if loop else length // 2
            first = samples[: fade + length], taps
            tail = np.zeros((length - 1, taps.shape[1]))
        received += len(samples)
        finished, tail = _overlapped(samples, taps, before, tail, fade)
        before = taps
        yield finished[skip:].astype(np.float32)
        handed_on += len(finished[skip:])
        skip = max(skip - len(finished), 0)
    if loop:
        # A short loop has gone around more than once by then.
        again = np.take(first[0], np.arange(fade + length), axis=0, mode="wrap")
        finished, tail = _overlapped(again, first[1], before, tail, fade)
        tail = np.concatenate([finished, tail])
    yield tail[skip : skip + received - handed_on].astype(np.float32)


def _overlapped(samples, taps, before, tail, fade):
    """Return the output that is complete after a block, as long as the block, and the tail of its filter."""
    entering = samples
    if before is not None:
        weight = ((np.arange(fade) + 0.5) / fade)[:, None][: len(samples)]
        entering = samples.astype(np.float64)
        entering[:fade] *= weight
    convolved = _convolve(entering, taps)
    if before is not None:
        leaving = _convolve(samples[:fade] * (1 - weight), before)
        convolved[: len(leaving)] += leaving
    convolved[: len(tail)] += tail
    return convolved[: len(samples)], convolved[len(samples) :]


def _convolve(samples, taps):
    """Compute the full convolution, (n + length - 1, outputs)."""
    # As in `interchannel`: mono needs none of it.
    from scipy.signal import oaconvolve

    return np.stack(
        [
            sum(oaconvolve(samples[:, source], taps[:, output, source]) for source in range(taps.shape[2]))
            for output in range(taps.shape[1])
        ],
        axis=1,
    )
