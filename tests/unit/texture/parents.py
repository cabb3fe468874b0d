"""Where morphs are between their parents, by McDermott & Simoncelli's statistics.

The statistics are compared over the channels within 30 dB of the loudest of both parents; all sounds have the same RMS,
and means of envelopes count by their logarithms.
"""

from dataclasses import dataclass

import numpy as np
import soxr
from sonore import Sound
from sonore.texture import TextureStats

from texture_core.audio.recording import rms
from texture_core.methods.mcdermott_simoncelli import CLASSES, MODEL_RATE
from texture_core.spectrogram.log_magnitude import log_spectrogram

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
