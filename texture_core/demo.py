"""Synthetic demo textures with exactly known properties.

========  ======================  ============================================================================
name      class                   what it is
========  ======================  ============================================================================
tapping   rhythmic                three taps of falling strength and a rest; one bar is `TAPPING_PERIOD` seconds
chimes    pitched                 tubes struck at random times: inharmonic partials that die away
rain      other                   a bed of filtered noise, and drops that each ring for a few milliseconds
crickets  pitched and rhythmic    one near cricket, a chirp every `CRICKETS_PERIOD` seconds, and two far ones
========  ======================  ============================================================================

A texture depends only on its name, the seed, the duration and the sample rate.
"""

import math

import numpy as np

from texture_core.errors import ParameterError
from texture_core.runtime.randomness import numpy_generator

PEAK = 0.9

TAPPING_PERIOD = 0.8  # seconds, 200 frames of 4 ms
_TAPPING_ONSET = 0.05
_TAP_INTERVAL = 0.2
_TAPS = (  # strength, frequencies of the modes in Hz, time constants in seconds
    (1.0, (310.0, 790.0, 1480.0, 2650.0), (0.024, 0.018, 0.013, 0.009)),
    (0.62, (450.0, 1130.0, 2090.0, 3570.0), (0.020, 0.015, 0.011, 0.008)),
    (0.40, (620.0, 1560.0, 2890.0, 4710.0), (0.016, 0.012, 0.009, 0.006)),
)
_TAP_LEVELS = (1.0, 0.75, 0.55, 0.40)

CHIME_FUNDAMENTALS = (523.25, 587.33, 698.46, 783.99, 880.00)  # Hz
CHIME_PARTIALS = (1.0, 2.756, 5.404, 8.933)  # of a free tube, as multiples of the fundamental
CHIME_TIME_CONSTANTS = (0.55, 0.32, 0.16, 0.08)  # seconds in which a partial falls by 8.7 dB
_CHIME_LEVELS = (1.0, 0.55, 0.30, 0.12)
_CHIME_STRIKES_PER_SECOND = 3.5
_CHIME_LEAD = 2.0  # seconds of strikes before the start, so that the start sounds like the rest

CRICKETS_PERIOD = 0.5  # seconds, 125 frames of 4 ms
CRICKETS_FREQUENCY = 4200.0  # Hz, the near cricket's carrier


def demo_texture_names():
    """Return the names of the demo textures.

    Returns
    -------
    tuple of str
    """
    return tuple(_TEXTURES)


def demo_texture(name, *, seed=0, duration=4.0, sample_rate=16000):
    """Synthesise a demo texture.

    Parameters
    ----------
    name : str
        One of `demo_texture_names`.
    seed : int
        Each seed gives another recording of the same texture.
    duration : float
        Seconds, at least 0.1.
    sample_rate : int
        Hz, at least 8000. Components at or above half of it are omitted.

    Returns
    -------
    numpy.ndarray
        (round(duration * sample_rate),), float32, with peak `PEAK`.

    Raises
    ------
    ParameterError
        If the name is unknown, or the duration or the sample rate is out of range.
    """
    if name not in _TEXTURES:
        raise ParameterError(f"demo texture {name!r}: there is no such texture; known: {', '.join(_TEXTURES)}")
    if not (math.isfinite(duration) and duration >= 0.1):
        raise ParameterError(f"demo texture {name!r}: expected a duration of at least 0.1 s, found {duration!r}")
    if not sample_rate >= 8000:
        raise ParameterError(
            f"demo texture {name!r}: expected a sample rate of at least 8000 Hz, found {sample_rate!r}"
        )
    generator = numpy_generator(seed, name, "demo texture")
    samples = _TEXTURES[name](generator, round(duration * sample_rate), sample_rate)
    return (samples * (PEAK / np.abs(samples).max())).astype(np.float32)


def damped_modes(frequencies, time_constants, levels, phases, *, duration, sample_rate):
    """Sum exponentially decaying sinusoids, the sound of a small struck body.

    Parameters
    ----------
    frequencies : sequence of float
        Hz; those at or above half the sample rate are omitted.
    time_constants : sequence of float
        Seconds in which the amplitude falls to 1/e.
    levels : sequence of float
        Amplitudes at the start.
    phases : sequence of float
        Radians.
    duration : float
        Seconds.
    sample_rate : int
        Hz.

    Returns
    -------
    numpy.ndarray
        (ceil(duration * sample_rate),), float64.
    """
    time = np.arange(math.ceil(duration * sample_rate)) / sample_rate
    samples = np.zeros_like(time)
    for frequency, time_constant, level, phase in zip(frequencies, time_constants, levels, phases, strict=True):
        if frequency < sample_rate / 2:
            samples += level * np.exp(-time / time_constant) * np.sin(2 * np.pi * frequency * time + phase)
    return samples


def _tapping(generator, length, sample_rate):
    samples = 1e-3 * generator.standard_normal(length)
    bars = math.ceil(length / sample_rate / TAPPING_PERIOD)
    for bar in range(bars):
        for place, (strength, frequencies, time_constants) in enumerate(_TAPS):
            onset = _TAPPING_ONSET + bar * TAPPING_PERIOD + place * _TAP_INTERVAL
            modes = damped_modes(
                np.array(frequencies) * (1 + 0.004 * generator.standard_normal(len(frequencies))),
                time_constants,
                np.array(_TAP_LEVELS) * np.exp(0.06 * generator.standard_normal(len(_TAP_LEVELS))),
                np.zeros(len(frequencies)),
                duration=0.3,
                sample_rate=sample_rate,
            )
            click = generator.standard_normal(len(modes)) * np.exp(-np.arange(len(modes)) / (0.005 * sample_rate))
            _add(samples, round(onset * sample_rate), strength * (modes + 0.7 * click))
    return samples


def _chime_strikes(generator, duration):
    """Draw time, chime and amplitude of strikes. The chimes take turns; strikes before 0 still ring then."""
    strikes = []
    time = -_CHIME_LEAD
    while True:
        for chime in generator.permutation(len(CHIME_FUNDAMENTALS)):
            # A gap of a constant and a random part: irregular, but never two strikes at once.
            time += (0.3 + 0.7 * generator.exponential()) / _CHIME_STRIKES_PER_SECOND
            if time >= duration:
                return strikes
            strikes.append((time, int(chime), float(np.exp(0.35 * generator.standard_normal()))))


def _chimes(generator, length, sample_rate):
    strikes = _chime_strikes(generator, length / sample_rate)
    samples = 1e-4 * generator.standard_normal(length)
    for time, chime, strength in strikes:
        # A harder strike excites the high partials more.
        levels = np.array(_CHIME_LEVELS) * strength ** (1 + 0.3 * np.arange(len(_CHIME_LEVELS)))
        tone = damped_modes(
            CHIME_FUNDAMENTALS[chime] * np.array(CHIME_PARTIALS),
            CHIME_TIME_CONSTANTS,
            levels,
            generator.uniform(0, 2 * np.pi, len(CHIME_PARTIALS)),
            duration=_CHIME_LEAD,
            sample_rate=sample_rate,
        )
        attack = min(len(tone), round(0.002 * sample_rate))
        tone[:attack] *= np.linspace(0, 1, attack)
        _add(samples, round(time * sample_rate), tone)
    return samples


def _rain(generator, length, sample_rate):
    samples = 0.05 * _shaped_noise(generator, length, sample_rate, _rain_bed)
    for rate, lowest, highest, shortest, longest, level in (
        (220.0, 1800.0, 7500.0, 0.0008, 0.003, 0.16),  # drops on a hard ground
        (16.0, 600.0, 2600.0, 0.004, 0.012, 0.13),  # drops in a puddle
    ):
        # Drops of before the start still ring in it.
        lead = 0.1
        count = generator.poisson(rate * (length / sample_rate + lead))
        for onset in generator.uniform(-lead, length / sample_rate, count):
            frequency = np.exp(generator.uniform(np.log(lowest), np.log(highest)))
            time_constant = np.exp(generator.uniform(np.log(shortest), np.log(longest)))
            drop = damped_modes(
                (frequency, 1.63 * frequency),
                (time_constant, 0.6 * time_constant),
                level * np.exp(0.6 * generator.standard_normal()) * np.array((1.0, 0.4)),
                generator.uniform(0, 2 * np.pi, 2),
                duration=8 * time_constant,
                sample_rate=sample_rate,
            )
            _add(samples, round(onset * sample_rate), drop)
    return samples


def _rain_bed(frequency):
    # Little below 300 Hz, then falling by 3 dB per octave.
    return frequency**2 / (frequency**2 + 300.0**2) / np.sqrt(1 + frequency / 1000.0)


def _crickets(generator, length, sample_rate):
    samples = 0.004 * _shaped_noise(generator, length, sample_rate, lambda f: 1 / (1 + (f / 600.0) ** 2))
    for frequency, period, jitter, level, onset in (
        (CRICKETS_FREQUENCY, CRICKETS_PERIOD, 0.0, 1.0, 0.1),
        (3650.0, 0.61, 0.02, 0.22, generator.uniform(0, 0.6)),
        (3120.0, 0.83, 0.05, 0.13, generator.uniform(0, 0.8)),
    ):
        for number in range(-1, math.ceil(length / sample_rate / period) + 1):
            time = onset + number * period + jitter * generator.uniform(-1, 1)
            _add(samples, round(time * sample_rate), level * _chirp(generator, frequency, sample_rate))
    return samples


def _chirp(generator, frequency, sample_rate):
    """Four strokes of the wing, each a tone under a smooth envelope that glides down by a few percent."""
    stroke = np.arange(round(0.026 * sample_rate)) / sample_rate
    envelope = np.sin(np.pi * stroke / 0.026) ** 2
    chirp = np.zeros(round(0.2 * sample_rate))
    for number, level in enumerate((0.55, 0.85, 1.0, 0.9)):
        pitch = frequency * (1 + 0.003 * generator.standard_normal())
        phase = 2 * np.pi * pitch * (stroke - 0.6 * stroke**2)
        tone = np.sin(phase)
        if 2 * pitch < sample_rate / 2:
            tone += 0.12 * np.sin(2 * phase)
        _add(chirp, round(0.042 * number * sample_rate), level * envelope * tone)
    return chirp


def _shaped_noise(generator, length, sample_rate, response):
    """Gaussian noise under a frequency response (of Hz, to amplitude), with RMS 1."""
    spectrum = np.fft.rfft(generator.standard_normal(length))
    noise = np.fft.irfft(spectrum * response(np.fft.rfftfreq(length, 1 / sample_rate)), length)
    return noise / np.sqrt(np.mean(noise**2))


def _add(samples, onset, sound):
    """Add a sound to samples in place from the onset on, cut at either end."""
    start, stop = max(onset, 0), min(onset + len(sound), len(samples))
    if start < stop:
        samples[start:stop] += sound[start - onset : stop - onset]


_TEXTURES = {"tapping": _tapping, "chimes": _chimes, "rain": _rain, "crickets": _crickets}
