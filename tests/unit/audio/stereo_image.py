"""Width, balance and coherence of two channels by frequency, and stereo made of the demo's textures."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.signal import welch

from texture_core.demo import demo_texture

# A band counts down to this much, in dB, below the loudest one.
_RANGE = 30.0


@dataclass(frozen=True)
class Band:
    """The image of two channels in a band of frequencies.

    Attributes
    ----------
    frequency : float
        Hz, the middle.
    width : float
        Energy of side, (left - right) / 2, against mid, (left + right) / 2, in dB.
    balance : float
        Energy of left against right, in dB.
    coherence : float
        Correlation of left and right, -1 to 1.
    energy : float
        Of both together, in dB.
    """

    frequency: float
    width: float
    balance: float
    coherence: float
    energy: float


def image_by_band(samples, sample_rate, bands_per_octave):
    """The `Band` of each part of an octave from 88 Hz on; samples (n, 2).

    By transforms of 0.5 s: neither the bands nor the resolution are those of the library.
    """
    settings = {"fs": sample_rate, "nperseg": sample_rate // 2, "detrend": False}
    left, right = samples.astype(np.float64).T
    frequency, *powers = welch(left - right, **settings)
    powers += [welch(channel, **settings)[1] for channel in (left + right, left, right)]
    edges = 125 * 2.0 ** (np.arange(-0.5 * bands_per_octave, 9 * bands_per_octave) / bands_per_octave)
    bands = []
    for low, high in pairwise(edges):
        if high > sample_rate / 2:
            break
        within = (frequency >= low) & (frequency < high)
        side, mid, first, second = (float(power[within].sum()) for power in powers)
        bands.append(
            Band(
                np.sqrt(low * high),
                _decibels(side, mid),
                _decibels(first, second),
                (mid - side) / (4 * np.sqrt(first * second)),
                _decibels(first + second, 1),
            )
        )
    return bands


def _decibels(power, reference):
    return 10 * float(np.log10(max(power, 1e-30) / max(reference, 1e-30)))


def deviations(recording, texture, sample_rate, bands_per_octave):
    """(bands, 3): by how much width (dB), balance (dB) and coherence differ, in the bands that hold energy."""
    wanted, found = (image_by_band(sound, sample_rate, bands_per_octave) for sound in (recording, texture))
    loudest = max(band.energy for band in wanted)
    return np.array(
        [
            [b.width - a.width, b.balance - a.balance, b.coherence - a.coherence]
            for a, b in zip(wanted, found, strict=True)
            if a.energy > loudest - _RANGE
        ]
    )


def materials(duration):
    """Stereo made of two of the demo's textures, ``duration`` seconds at 16 kHz: (n, 2) by name."""
    first, second = (demo_texture(name, duration=duration).astype(np.float64) for name in ("rain", "chimes"))
    generator = np.random.default_rng(0)
    ambience = 0.1 * generator.normal(size=(len(first), 2)) * np.sqrt(np.mean(first**2))
    delayed = np.roll(first, 5)
    panned = np.stack([0.9 * first + 0.3 * second, 0.4 * first + 0.95 * second], axis=1)
    return {
        "left and right": np.stack([first, second], axis=1),
        "panned by half, ambience": panned + ambience,
        "centre, wide": np.stack([first + 0.5 * second, first - 0.5 * second], axis=1),
        "one source by half, ambience": np.stack([0.9 * first, 0.4 * first], axis=1) + ambience,
        "two microphones": np.stack([first + 0.6 * second, 0.7 * delayed + second], axis=1),
    }
