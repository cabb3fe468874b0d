"""The Fréchet audio distance of a setting's sounds from their recordings, in YAMNet's embeddings; lower is better.

A score of the whole collection: it asks whether the syntheses together are spread as the recordings are, not whether
each is near its own.
"""

import numpy as np

from texture_core.audio.recording import read_audio
from texture_core.classifiers.frechet import frechet_distance, paired_embeddings
from texture_core.classifiers.yamnet import load_yamnet

CLASSIFIERS = ("yamnet",)
LEAST_PATCHES = 50


def compute_collection(collection):
    """The distance over all textures and over each class.

    Parameters
    ----------
    collection : CollectionInput
        ``classifiers["yamnet"]`` is the file of weights.

    Returns
    -------
    dict
        ``frechet_yamnet``: ``all`` and each class to ``value``, ``textures`` and ``points``, the patches of 0.96 s on
        either side. The value is None below 50 patches.

    Raises
    ------
    ClassifierError
        If the file is not given, missing or not the official one.

    Notes
    -----
    Fewer patches than the 1024 dimensions leave most directions of the covariances at 0, and few patches of any kind
    raise the value: two halves of the same recordings' patches do not have the distance 0. Settings of one study have
    equally many patches and can be compared; a class with ``all``, or one study with another of fewer textures, cannot.
    Source: Kilgour et al., Fréchet audio distance, Interspeech 2019, where the embeddings are VGGish's.
    """
    network = load_yamnet(collection.classifier_file("yamnet"))
    embeddings = []
    for pair in collection.pairs:
        (target, sample_rate), (synthesis, _) = read_audio(pair.target), read_audio(pair.synthesis)
        embeddings.append(paired_embeddings(network.predict, target, synthesis, sample_rate))
    distances = {}
    for group, numbers in collection.groups().items():
        targets, syntheses = (np.concatenate([embeddings[number][side] for number in numbers]) for side in (0, 1))
        value = frechet_distance(targets, syntheses) if len(targets) >= LEAST_PATCHES else None
        distances[group] = {"value": value, "textures": len(numbers), "points": len(targets)}
    return {"frechet_yamnet": distances}
