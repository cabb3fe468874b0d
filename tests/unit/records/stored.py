"""A spectrogram and a synthesis to store."""

import numpy as np

from texture_core.records.spectrogram_files import Spectrogram, Synthesis


def spectrogram(frames=300):
    values = np.random.default_rng(0).random((257, frames), np.float32)
    values[3, :10] = 0
    return Spectrogram(values, 16000, 512, 64)


def synthesis():
    loss = np.random.default_rng(1).random((8, 6))
    loss[5:, 3] = np.nan
    attributes = {
        "parameters": {"alpha": 1000.0, "features": {"kernel_widths": [2, 4], "padding": "valid"}},
        "seed": 2**62 + 1,
        "texture": "pluie d'été 雨",
        "device": "cpu",
        "seconds": 1.25,
    }
    return Synthesis(spectrogram(), loss, attributes)
