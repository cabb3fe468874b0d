"""Scores of a synthesis against its target, by name."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from texture_core import registry
from texture_core.errors import TextureError
from texture_core.parameters import AutocorrelationParameters, SpectrogramParameters
from texture_core.spectrogram import log_spectrogram
from texture_core.storage import Spectrogram


@dataclass(frozen=True)
class ScoreInput:
    """What a score may look at.

    Attributes
    ----------
    target, synthesis : Spectrogram
        The recording's, and the synthesised one as the optimiser left it.
    target_samples, synthesis_samples : numpy.ndarray
        (n,), float32.
    sample_rate : int
        Hz.
    autocorrelation : AutocorrelationParameters
        The range of lags.
    """

    target: Spectrogram
    synthesis: Spectrogram
    target_samples: np.ndarray
    synthesis_samples: np.ndarray
    sample_rate: int
    autocorrelation: AutocorrelationParameters = AutocorrelationParameters()

    @cached_property
    def rendered(self):
        """The `Spectrogram` of the synthesised samples: what is heard, and what every method has."""
        return self.analyze(self.synthesis_samples)

    def analyze(self, samples):
        """The `Spectrogram` of some samples, computed as the target's was."""
        target = self.target
        parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
        return replace(target, log_magnitude=log_spectrogram(samples, parameters))


def score(names, **inputs):
    """Compute scores.

    Parameters
    ----------
    names : iterable of str
        Modules of ``texture_core.scores``. Each has ``compute(score_input)``, which returns one or more numbers by
        name.
    **inputs
        The fields of `ScoreInput`.

    Returns
    -------
    dict
        Name to number, over all scores.

    Raises
    ------
    ParameterError
        If a score is unknown.
    TextureError
        If two scores return a number of the same name.
    """
    score_input = ScoreInput(**inputs)
    results = {}
    for name in names:
        for key, value in registry.load("scores", name).compute(score_input).items():
            if key in results:
                raise TextureError(f"score {name}: the number {key!r} was already given by another score")
            results[key] = value
    return results
