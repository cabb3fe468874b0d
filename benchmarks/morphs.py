"""Where morphs are between their parents, by McDermott & Simoncelli's statistics: ``python -m benchmarks.morphs -h``.

The statistics are compared over the channels within 30 dB of the loudest of both parents; all sounds have the same RMS,
and means of envelopes count by their logarithms.
"""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from unittest.mock import patch

import numpy as np
import soxr
import torch
from sonore import Sound
from sonore.texture import TextureStats

from benchmarks.problems import load
from texture_core.audio.recording import rms
from texture_core.losses import autocorrelation, gram
from texture_core.methods.mcdermott_simoncelli import CLASSES, MODEL_RATE
from texture_core.parameters.presets import preset_parameters
from texture_core.spectrogram.log_magnitude import log_spectrogram
from texture_core.texture.morphing import morph

RATE = 16000
_RMS = 0.1
_RANGE_DB = 30.0
# Frames of 4 ms whose mean spectrum is one instant of a sound.
_INSTANT = 25


@dataclass(frozen=True)
class Place:
    """Where a sound is between two parents.

    Attributes
    ----------
    projections : dict
        Class of statistics to the coefficient of the projection onto the line from the first parent, 0, to the second,
        1.
    first_distance, second_distance : float
        From each parent, as a multiple of the distance between the parents: the mean over the classes.
    spread : float
        Standard deviation, over instants of 0.1 s, of the projection onto the line between the parents' mean log
        spectra. What is the one half of the time and then the other has 0.5 at least.
    """

    projections: dict
    first_distance: float
    second_distance: float
    spread: float


class Parents:
    """Two sounds, (n,) at 16 kHz each, that others are compared with."""

    def __init__(self, first, second):
        self._statistics = [self._measured(samples) for samples in (first, second)]
        self._loud = np.logical_and(*(found.channel_mask(range_db=_RANGE_DB) for found in self._statistics))
        self._spectra = [_instants(samples).mean(axis=1) for samples in (first, second)]

    def place(self, samples):
        """The `Place` of a sound."""
        found = self._measured(samples)
        projections, distances = {}, []
        for name, title in CLASSES.items():
            first, second, values = (self._values(side, name) for side in (*self._statistics, found))
            line = second - first
            projections[title] = float((values - first) @ line / (line @ line))
            distances.append([np.linalg.norm(values - end) / np.linalg.norm(line) for end in (first, second)])
        line = self._spectra[1] - self._spectra[0]
        course = (_instants(samples) - self._spectra[0][:, None]).T @ line / (line @ line)
        return Place(projections, *map(float, np.mean(distances, axis=0)), float(course.std()))

    def _measured(self, samples):
        samples = soxr.resample(samples * (_RMS / rms(samples)), RATE, MODEL_RATE, quality="VHQ")
        return TextureStats.measure(Sound(samples.astype(np.float64), MODEL_RATE))

    def _values(self, statistics, name):
        values, loud = np.asarray(statistics.get(name)), self._loud
        if name in ("env_corr", "c1"):
            # Of pairs of channels both count.
            offsets = statistics.model.corr_offsets if name == "env_corr" else statistics.model.c1_offsets
            extended = np.concatenate([loud, np.zeros(max(offsets), dtype=bool)])
            loud = np.stack([loud & extended[offset : offset + len(loud)] for offset in offsets], axis=1)
            loud = loud[:, None, :] if name == "c1" else loud
        else:
            loud = loud.reshape(-1, *[1] * (values.ndim - 1))
        values = values[np.broadcast_to(loud, values.shape)]
        if name == "env_mean":
            values = np.log(values)
        return np.concatenate([values.real, values.imag])


def _instants(samples):
    spectrogram = log_spectrogram(samples * (_RMS / rms(samples)))
    count = spectrogram.shape[1] // _INSTANT
    return spectrogram[:, : count * _INSTANT].reshape(len(spectrogram), count, _INSTANT).mean(axis=2)


def main():
    """Morph two textures and print a row of a Markdown table for each position, or for each part of a path."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.morphs", description=main.__doc__)
    parser.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
    parser.add_argument("--textures", nargs=2, default=["rain", "tapping"])
    parser.add_argument("--duration", type=float, default=4.0, help="seconds of each texture")
    parser.add_argument("--positions", type=float, nargs="+", default=[0, 0.25, 0.5, 0.75, 1])
    parser.add_argument("--over-time", type=float, metavar="SECONDS", help="one path through the positions instead")
    parser.add_argument("--parts", type=int, default=4, help="of the path, a row for each")
    parser.add_argument("--linear", action="store_true", help="statistics on straight lines, not on geodesics")
    parser.add_argument("--filters", type=int, default=128)
    parser.add_argument("--iterations", type=int, default=60)
    arguments = parser.parse_args()
    quick = preset_parameters("quick")
    parameters = replace(
        quick,
        features=replace(quick.features, filters=arguments.filters),
        optimizer=replace(quick.optimizer, iterations=arguments.iterations),
        inversion=replace(quick.inversion, iterations=arguments.iterations),
    )
    problems = load(arguments.textures, arguments.duration, arguments.recordings)
    sides = [problem.samples.numpy() for problem in problems]
    options = {"parameters": parameters, "device": "cpu", "threads": 1}
    parents = Parents(*sides)
    columns = ("position", *CLASSES.values(), "mean", "from the first", "from the second", "spread")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join(["--:"] * len(columns)), "|")
    with ExitStack() as stack:
        if arguments.linear:
            for module, name in ((gram, "bures_geodesic"), (autocorrelation, "root_interpolation")):
                stack.enter_context(patch.object(module, name, torch.lerp))
        if arguments.over_time:
            made = morph(*sides, RATE, position=arguments.positions, duration=arguments.over_time, **options)
            for number, part in enumerate(np.array_split(made, arguments.parts)):
                _print_row(f"part {number + 1}", parents.place(part))
        else:
            for position in arguments.positions:
                _print_row(f"{position:g}", parents.place(morph(*sides, RATE, position=position, **options)))


def _print_row(title, place):
    projections = list(place.projections.values())
    numbers = [*projections, np.mean(projections), place.first_distance, place.second_distance, place.spread]
    print("|", " | ".join([title, *(f"{number:.2f}" for number in numbers)]), "|", flush=True)


if __name__ == "__main__":
    main()
