"""The classifier score with YAMNet: divergence of its labels from the target's; lower is better (eq. 8)."""

from texture_core.classifiers.comparison import classifier_divergence
from texture_core.classifiers.yamnet import load_yamnet

CLASSIFIERS = ("yamnet",)


def compute(score_input):
    """Compute the divergence of YAMNet's label probabilities for the synthesis from those for the target.

    Parameters
    ----------
    score_input : ScoreInput
        ``classifiers["yamnet"]`` is the file of weights.

    Returns
    -------
    dict
        ``yamnet_kl``: the mean over the 521 classes, in nats. The paper's Table 1 prints 1e4 times exp(mean) - 1 of the
        values of all textures, with another classifier.

    Raises
    ------
    ClassifierError
        If the file is not given, missing or not the official one.
    """
    network = load_yamnet(score_input.classifier_file("yamnet"))
    samples = (score_input.target_samples, score_input.synthesis_samples)
    return {"yamnet_kl": classifier_divergence(network.predict, *samples, score_input.sample_rate)}
