"""Scores of a synthesis against its target, and of all syntheses of a setting against their targets, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from texture_core import registry
from texture_core.errors import ClassifierError, ParameterError, TextureError
from texture_core.parameters.method import AutocorrelationParameters, SpectrogramParameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram


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
    classifiers : mapping
        The files of trained classifiers, by the names that the scores ask for: ``yamnet``; ``vggish``, ``vggish_pca``
        and ``vggish_head``. In place of a path may stand the `ClassifierError` that tells why there is none. Scores
        that need no classifier are the same whatever is here.
    """

    target: Spectrogram
    synthesis: Spectrogram
    target_samples: np.ndarray
    synthesis_samples: np.ndarray
    sample_rate: int
    autocorrelation: AutocorrelationParameters = AutocorrelationParameters()
    classifiers: Mapping = field(default_factory=dict)

    @cached_property
    def rendered(self):
        """The `Spectrogram` of the synthesised samples: what is heard, and what every method has."""
        return self.analyze(self.synthesis_samples)

    def analyze(self, samples):
        """The `Spectrogram` of some samples, computed as the target's was."""
        target = self.target
        parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
        return replace(target, log_magnitude=log_spectrogram(samples, parameters))

    def classifier_file(self, name):
        """The path of a classifier's file.

        Raises
        ------
        ClassifierError
            If none was given, or what was given in its place.
        """
        return _classifier_file(self.classifiers, name)


@dataclass(frozen=True)
class Pair:
    """One texture of a collection.

    Attributes
    ----------
    texture : str
    classes : tuple of str
        Those that it counts in.
    target, synthesis : path
        Files that `texture_core.audio.recording.read_audio` reads, of one sample rate.
    """

    texture: str
    classes: tuple
    target: Path
    synthesis: Path


@dataclass(frozen=True)
class CollectionInput:
    """What a score of a whole collection may look at.

    Attributes
    ----------
    pairs : sequence of Pair
        All textures of one setting.
    classifiers : mapping
        As in `ScoreInput`.
    """

    pairs: Sequence
    classifiers: Mapping = field(default_factory=dict)

    def groups(self):
        """``all`` and each class, with the numbers (places in `pairs`) of the textures that count in it."""
        groups = {"all": list(range(len(self.pairs)))}
        for number, pair in enumerate(self.pairs):
            for name in pair.classes:
                groups.setdefault(name, []).append(number)
        return groups

    def classifier_file(self, name):
        """As `ScoreInput.classifier_file`."""
        return _classifier_file(self.classifiers, name)


def score(names, *, missing=None, **inputs):
    """Compute scores.

    Parameters
    ----------
    names : iterable of str
        Modules of ``texture_core.scores``. Each has ``compute(score_input)``, which returns one or more numbers by
        name.
    missing : dict, optional
        Gets the reason for each score whose classifier cannot be had, under the score's name; the other scores are then
        computed all the same. Without it the first such score is an error.
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
    ClassifierError
        If a score's classifier cannot be had and `missing` is not given.
    TextureError
        If two scores return a number of the same name.
    """
    score_input = ScoreInput(**inputs)
    return _collect(names, missing, "compute", score_input)


def score_collection(names, *, missing=None, **inputs):
    """Compute scores of a whole collection.

    Parameters
    ----------
    names : iterable of str
        Modules of ``texture_core.scores`` that have ``compute_collection(collection_input)``.
    missing : dict, optional
        As in `score`.
    **inputs
        The fields of `CollectionInput`.

    Returns
    -------
    dict
        Name to group (``all`` or a class) to a dict: ``value`` (None where there is too little to tell), ``textures``
        and ``points``, how many went into it. Values of equally many points only can be compared.

    Raises
    ------
    ParameterError, ClassifierError, TextureError
        As `score`.
    """
    collection = CollectionInput(**inputs)
    return _collect(names, missing, "compute_collection", collection)


def _collect(names, missing, function, score_input):
    results = {}
    for name in names:
        module = registry.load("scores", name)
        if not hasattr(module, function):
            known = ", ".join(registry.names("scores", defining=function))
            raise ParameterError(f"scores: expected one that has {function} ({known}), found {name!r}; choose another")
        try:
            numbers = getattr(module, function)(score_input)
        except ClassifierError as error:
            if missing is None:
                raise
            missing[name] = str(error)
            continue
        for key, value in numbers.items():
            if key in results:
                raise TextureError(f"score {name}: the number {key!r} was already given by another score")
            results[key] = value
    return results


def _classifier_file(classifiers, name):
    file = classifiers.get(name)
    if isinstance(file, ClassifierError):
        raise file
    if not file:
        raise ClassifierError(f"classifiers.{name}: no file was given, so what needs it is left out")
    return Path(file)
