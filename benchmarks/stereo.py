"""How near the stereo image of a texture is to the recording's: ``python -m benchmarks.stereo --help``."""

import argparse
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.signal import welch

from benchmarks.problems import load
from texture_core.audio.stereo import turn
from texture_core.parameters.presets import preset_parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.plan import plan_texture
from texture_core.texture.synthesize import synthesize_plan

RATE = 16000
# A band counts down to this much, in dB, below the loudest one.
_RANGE = 30.0
_FRAME_SECONDS = 0.1


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


def width_spread(samples, sample_rate):
    """Standard deviation over time of the width of 0.1 s, in dB, each frame weighted by its energy."""
    length = round(_FRAME_SECONDS * sample_rate)
    frames = samples[: len(samples) // length * length].reshape(-1, length, 2).astype(np.float64)
    powers = [np.sum(mixed**2, axis=1) for mixed in (frames[..., 0] - frames[..., 1], frames[..., 0] + frames[..., 1])]
    width = 10 * np.log10((powers[0] + 1e-12) / (powers[1] + 1e-12))
    weight = sum(powers)
    mean = np.average(width, weights=weight)
    return float(np.sqrt(np.average((width - mean) ** 2, weights=weight)))


def materials(names, duration, recordings):
    """Stereo made of two recordings: (n, 2) by name."""
    first, second = (problem.samples.double().numpy() for problem in load(names, duration, recordings))
    generator = np.random.default_rng(0)
    ambience = 0.1 * generator.normal(size=(len(first), 2)) * np.sqrt(np.mean(first**2))
    delayed = np.roll(first, 5)
    return {
        "left and right": np.stack([first, second], axis=1),
        "panned by half, ambience": np.stack([0.9 * first + 0.3 * second, 0.4 * first + 0.95 * second], axis=1)
        + ambience,
        "centre, wide": np.stack([first + 0.5 * second, first - 0.5 * second], axis=1),
        "one source by half, ambience": np.stack([0.9 * first, 0.4 * first], axis=1) + ambience,
        "two microphones": np.stack([first + 0.6 * second, 0.7 * delayed + second], axis=1),
    }


def _variants(plan, recording):
    """The plan with axes by frequency, and the same with one pair of axes, along which the whole does not correlate."""
    _, axes = np.linalg.eigh(recording.T @ recording)
    whole = np.full_like(plan.image.angle, np.arctan2(axes[1, 1], axes[0, 1]))
    signals, image = turn(recording, whole)
    prepared = (signals / plan.target_unit).T
    log_magnitude = np.concatenate([log_spectrogram(signal) for signal in prepared])
    yield "by frequency", plan
    yield "of the whole", replace(plan, target=replace(plan.target, log_magnitude=log_magnitude), image=image)


def main():
    """Synthesise stereo material with axes by frequency, as the library has them, and with those of the whole."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stereo", description=main.__doc__)
    parser.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
    parser.add_argument("--textures", nargs=2, default=["rain", "chimes"])
    parser.add_argument("--duration", type=float, default=4.0, help="seconds")
    parser.add_argument("--filters", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=50)
    arguments = parser.parse_args()
    quick = preset_parameters("quick")
    parameters = replace(
        quick,
        features=replace(quick.features, filters=arguments.filters),
        optimizer=replace(quick.optimizer, iterations=arguments.iterations),
    )
    columns = ("material", "axes", "bands", "width", "balance", "coherence", "spread over time (recording)")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join([":--"] * 3 + ["--:"] * 4), "|", flush=True)
    for name, recording in materials(arguments.textures, arguments.duration, arguments.recordings).items():
        plan = plan_texture(recording, RATE, parameters=parameters)
        for axes, variant in _variants(plan, recording):
            texture = synthesize_plan(variant, device="cpu")
            spread = f"{width_spread(texture, RATE):.2f} ({width_spread(recording, RATE):.2f}) dB"
            for per_octave, bands in ((1, "octaves"), (3, "thirds")):
                found = np.abs(deviations(recording, texture, RATE, per_octave))
                numbers = [
                    f"{found[:, column].max():.2f} ({found[:, column].mean():.2f}){unit}"
                    for column, unit in enumerate((" dB", " dB", ""))
                ]
                print("|", " | ".join([name, axes, bands, *numbers, spread]), "|", flush=True)


if __name__ == "__main__":
    main()
