"""Compare two sounds of any sample rates and channels: what ``texture-core score`` and the workflow tell of them."""

from dataclasses import dataclass, replace

import numpy as np

from texture_core.audio.recording import prepare_audio
from texture_core.parameters.method import AudioParameters, AutocorrelationParameters, Parameters
from texture_core.parameters.presets import fit_to_duration
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score
from texture_core.spectrogram.halves import first_half, fitting_lags, second_half
from texture_core.spectrogram.log_magnitude import log_spectrogram

# Scores of the spectrogram before phase recovery, which a sound does not have.
_BEFORE_PHASE_RECOVERY = ("autocorrelation_spectrogram", "diversity_spectrogram")
# Seconds: what is shorter tells little of a recording's variation.
_SHORTEST_HALF = 1.0


@dataclass(frozen=True)
class ComparedSounds:
    """An original and a synthesis made comparable by `compare`.

    Attributes
    ----------
    original, synthesis : tuple of (Spectrogram, numpy.ndarray)
        Spectrogram and samples, (n,): mono, 16 kHz, relative to the original's peak.
    lags : AutocorrelationParameters
        The lags that the shorter of the two is long enough for.
    """

    original: tuple[Spectrogram, np.ndarray]
    synthesis: tuple[Spectrogram, np.ndarray]
    lags: AutocorrelationParameters

    def scores(self, names, *, missing=None, classifiers=None):
        """Score the synthesis against the original; see `texture_core.scores.compute.score`.

        Returns
        -------
        dict
            Name to number, without the scores of spectrograms before phase recovery.
        """
        return _scores(names, self.original, self.synthesis, self.lags, missing, classifiers)

    def natural_scores(self, names, *, missing=None, classifiers=None):
        """Score the second half of the original against its first; an empty dict if it is shorter than 2 s."""
        spectrogram, samples = self.original
        if len(samples) < 2 * _SHORTEST_HALF * spectrogram.sample_rate:
            return {}
        lags = fitting_lags(self.lags, len(samples) // 2 / spectrogram.sample_rate)
        return _scores(names, first_half(*self.original), second_half(*self.original), lags, missing, classifiers)


def compare(original, synthesis):
    """Make two sounds comparable: mono, 16 kHz, relative to the original's peak.

    Parameters
    ----------
    original, synthesis : tuple of (numpy.ndarray, int)
        Samples, (n,) or (n, channels), and sample rate in Hz.

    Returns
    -------
    ComparedSounds

    Raises
    ------
    AudioError
        If a sound is silent.
    ParameterError
        If one is too short for any lag.
    """
    audio = AudioParameters(normalize="none")
    sides = [prepare_audio(*side, audio) for side in (original, synthesis)]
    # The method normalises originals to peak 1; the synthesis keeps its level relative to that.
    peak = abs(sides[0]).max()
    sides = [side / peak for side in sides]
    shortest = min(len(side) for side in sides) / audio.sample_rate
    lags = fit_to_duration(replace(Parameters(), alpha=0.0), shortest).autocorrelation
    spectrograms = [Spectrogram(log_spectrogram(side), audio.sample_rate, 512, 64) for side in sides]
    return ComparedSounds(*zip(spectrograms, sides, strict=True), lags)


def _scores(names, target, synthesis, lags, missing, classifiers):
    found = score(
        names,
        missing=missing,
        target=target[0],
        synthesis=synthesis[0],
        target_samples=target[1],
        synthesis_samples=synthesis[1],
        sample_rate=target[0].sample_rate,
        autocorrelation=lags,
        classifiers=classifiers or {},
    )
    return {name: value for name, value in found.items() if name not in _BEFORE_PHASE_RECOVERY}
