"""Fréchet audio distance of all syntheses of a setting from their recordings, with YAMNet; lower is better.

This score of the whole collection compares the distributions of syntheses and recordings, not individual pairs.
"""

import numpy as np

from texture_core.audio.recording import read_audio
from texture_core.classifiers.frechet import frechet_distance, paired_embeddings
from texture_core.classifiers.yamnet import load_yamnet

CLASSIFIERS = ("yamnet",)
LEAST_PATCHES = 50


def compute_collection(collection):
    """Compute the distance over all textures and over each class.

    Parameters
    ----------
    collection : CollectionInput
        ``classifiers["yamnet"]`` is the file of weights.

    Returns
    -------
    dict
        ``frechet_yamnet``: ``all`` and each class to ``value``, ``textures`` and ``points``, the number of patches of
        0.96 s per side. The value is None below 50 patches.

    Raises
    ------
    ClassifierError
        If the file is not given, missing or not the official one.

    Notes
    -----
    With fewer patches than the 1024 dimensions the covariances are singular, and a small number of patches biases the
    value upwards: the distance between two halves of the same patches is not 0. Settings of one study have the same
    number of patches and are comparable; a class and ``all``, or studies of different size, are not.
    Source: Kilgour et al., Fréchet audio distance, Interspeech 2019, where the embeddings are VGGish's.
    """
    network = load_yamnet(collection.classifier_file("yamnet"))
    embeddings = []
    for pair in collection.pairs:
        (target, sample_rate), (synthesis, _) = read_audio(pair.target), read_audio(pair.synthesis)
        if pair.first_half:
            target = target[: len(target) // 2]
        embeddings.append(paired_embeddings(network.predict, target, synthesis, sample_rate))
    distances = {}
    for group, numbers in collection.groups().items():
        targets, syntheses = (np.concatenate([embeddings[number][side] for number in numbers]) for side in (0, 1))
        value = frechet_distance(targets, syntheses) if len(targets) >= LEAST_PATCHES else None
        distances[group] = {"value": value, "textures": len(numbers), "points": len(targets)}
    return {"frechet_yamnet": distances}
