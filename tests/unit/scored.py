"""Spectrograms of samples, and scores of one sound against another."""

from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score
from texture_core.spectrogram.log_magnitude import log_spectrogram


def spectrogram_of(samples, rate=16000):
    return Spectrogram(log_spectrogram(samples), rate, 512, 64)


def scores_of(names, target_samples, synthesis_samples, rate=16000, **options):
    """The scores of some names; `options` replace or add to the inputs of `score`."""
    inputs = {
        "target": spectrogram_of(target_samples, rate),
        "synthesis": spectrogram_of(synthesis_samples, rate),
        "target_samples": target_samples,
        "synthesis_samples": synthesis_samples,
        "sample_rate": rate,
    }
    return score(names, **inputs | options)
