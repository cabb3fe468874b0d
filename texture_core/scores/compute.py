"""Compute scores by name: of a synthesis, and of all syntheses of a setting."""

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
    """Input of a score.

    Attributes
    ----------
    target, synthesis : Spectrogram
        The recording's spectrogram and the optimised one, before phase recovery.
    target_samples, synthesis_samples : numpy.ndarray
        (n,), float32.
    sample_rate : int
        Hz.
    autocorrelation : AutocorrelationParameters
        The range of lags.
    classifiers : mapping
        Paths of classifier files by name: ``yamnet``; ``vggish``, ``vggish_pca`` and ``vggish_head``. A value may be a
        `ClassifierError` instead, with the reason why there is no file. Other scores do not depend on this.
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
        """The `Spectrogram` of the synthesised samples, after phase recovery."""
        return self.analyze(self.synthesis_samples)

    def analyze(self, samples):
        """Compute the `Spectrogram` of samples with the target's parameters."""
        target = self.target
        parameters = SpectrogramParameters(target.n_fft, target.hop_length, target.window)
        return replace(target, log_magnitude=log_spectrogram(samples, parameters))

    def classifier_file(self, name):
        """Return the path of a classifier's file.

        Raises
        ------
        ClassifierError
            If there is no file.
        """
        return _classifier_file(self.classifiers, name)


@dataclass(frozen=True)
class Pair:
    """One texture of a collection.

    Attributes
    ----------
    texture : str
    classes : tuple of str
        Classes that it counts in.
    target, synthesis : path
        Audio files with the same sample rate, readable by `texture_core.audio.recording.read_audio`.
    first_half : bool
        Whether the synthesis is compared with the first half of the target only.
    """

    texture: str
    classes: tuple
    target: Path
    synthesis: Path
    first_half: bool = False


@dataclass(frozen=True)
class CollectionInput:
    """Input of a score of a whole collection.

    Attributes
    ----------
    pairs : sequence of Pair
        All textures of one setting.
    classifiers : mapping
        See `ScoreInput`.
    """

    pairs: Sequence
    classifiers: Mapping = field(default_factory=dict)

    def groups(self):
        """Return the indices into `pairs` for ``all`` and for each class."""
        groups = {"all": list(range(len(self.pairs)))}
        for number, pair in enumerate(self.pairs):
            for name in pair.classes:
                groups.setdefault(name, []).append(number)
        return groups

    def classifier_file(self, name):
        """Return the path of a classifier's file; see `ScoreInput.classifier_file`."""
        return _classifier_file(self.classifiers, name)


def score(names, *, missing=None, **inputs):
    """Compute scores.

    Parameters
    ----------
    names : iterable of str
        Modules of ``texture_core.scores`` with ``compute(score_input)``, which returns one or more numbers by name.
    missing : dict, optional
        Filled with score name to reason for scores whose classifier is unavailable; all other scores are computed.
        Without it, the first such score raises an error.
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
        If a score's classifier is unavailable and `missing` is not given.
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
        Modules of ``texture_core.scores`` with ``compute_collection(collection_input)``.
    missing : dict, optional
        See `score`.
    **inputs
        The fields of `CollectionInput`.

    Returns
    -------
    dict
        Name to group (``all`` or a class) to a dict: ``value`` (None if there are too few points), and the numbers of
        ``textures`` and ``points``. Only values with the same number of points are comparable.

    Raises
    ------
    ParameterError, ClassifierError, TextureError
        See `score`.
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
        raise ClassifierError(f"classifiers.{name}: no file was given, so scores that need it are skipped")
    return Path(file)
