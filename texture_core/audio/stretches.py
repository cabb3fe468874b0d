"""Reproducible samples of long recordings: stretches from all parts of a recording, joined into a shorter one."""

import sys
from dataclasses import dataclass

import numpy as np

from texture_core.runtime.randomness import numpy_generator

_FADE_SECONDS = 0.05
# Beyond the end of any recording.
EVERYTHING = ((0, sys.maxsize),)


@dataclass(frozen=True)
class Sample:
    """Shape of a sample.

    Attributes
    ----------
    stretches : int
        Number of stretches.
    seconds : float
        Duration of each stretch.
    """

    stretches: int
    seconds: float


# A stretch is as long as the longest window of a texture and several times the longest lag.
SAMPLE = Sample(16, 8.0)
# For syntheses that are as long as their target; similar in length to the recordings that such studies use.
SHORT_SAMPLE = Sample(4, 3.0)
LONGEST_SECONDS = SAMPLE.stretches * SAMPLE.seconds


def is_long(count, sample_rate):
    """Return whether a recording of `count` frames is so long that it is replaced by a sample."""
    return count > round(LONGEST_SECONDS * sample_rate)


def stretches(count, sample_rate, sample=SAMPLE):
    """Choose the stretches of a recording for its sample.

    The recording is divided into equal parts, and one stretch is drawn from each. The draw depends only on the
    arguments.

    Parameters
    ----------
    count : int
        Number of frames of the recording.
    sample_rate : int
        Hz.
    sample : Sample

    Returns
    -------
    tuple of (int, int)
        Start and stop frame of each stretch, ascending, without overlaps; `EVERYTHING` if the recording is not long.
    """
    if not is_long(count, sample_rate):
        return EVERYTHING
    length = round(sample.seconds * sample_rate)
    edges = [count * number // sample.stretches for number in range(sample.stretches + 1)]
    draws = numpy_generator(0, "stretches", count).random(sample.stretches)
    starts = [
        first + int(draw * (after - first - length + 1))
        for draw, first, after in zip(draws, edges[:-1], edges[1:], strict=True)
    ]
    return tuple((start, start + length) for start in starts)


def from_first_sound(first_sound, count, sample_rate, sample=SAMPLE):
    """Return one stretch of a sample's length, starting at the first sound, for a recording with silent `stretches`."""
    length = round(sample.stretches * sample.seconds * sample_rate)
    start = min(first_sound, count - length)
    return ((start, start + length),)


def joined(parts, sample_rate):
    """Join stretches, (frames,) or (frames, channels) each, with crossfades of constant power."""
    if len(parts) == 1:
        return parts[0]
    count = round(_FADE_SECONDS * sample_rate)
    rising = np.sin(np.pi / 2 * (np.arange(count) + 0.5) / count).astype(np.float32)
    rising = rising.reshape(-1, *[1] * (parts[0].ndim - 1))
    result = [parts[0]]
    for part in parts[1:]:
        before = result.pop()
        faded = before[-count:] * rising[::-1] + part[:count] * rising
        result += [before[:-count], faded, part[count:]]
    return np.concatenate(result)


def sample_of(samples, sample_rate):
    """Return the sample of a recording, (frames,) or (frames, channels); the same array if it is not long."""
    chosen = stretches(len(samples), sample_rate)
    if chosen == EVERYTHING:
        return samples
    found = joined([samples[start:stop] for start, stop in chosen], sample_rate)
    if not found.any() and samples.any():
        first_sound = next(number for number, frame in enumerate(samples) if np.any(frame))
        ((start, stop),) = from_first_sound(first_sound, len(samples), sample_rate)
        return samples[start:stop]
    return found
