"""The classifier score with the paper's classifier, which needs files from the user; lower is better (eq. 8)."""

from texture_core.classifiers.comparison import classifier_divergence
from texture_core.classifiers.logistic import read_head
from texture_core.classifiers.vggish import load_components, load_vggish, vggish_predictor

CLASSIFIERS = ("vggish", "vggish_pca", "vggish_head")


def compute(score_input):
    """Compute the divergence of the label probabilities for the synthesis from those for the target.

    Parameters
    ----------
    score_input : ScoreInput
        ``classifiers`` has the network's checkpoint as ``vggish``, the PCA parameters as ``vggish_pca`` and the
        logistic regressions as ``vggish_head``.

    Returns
    -------
    dict
        ``vggish_kl``: the mean over the classes, in nats; see `texture_core.scores.yamnet`.

    Raises
    ------
    ClassifierError
        If a file is not given, missing or invalid.
    AudioError
        If either side is shorter than 0.975 s.
    """
    head = read_head(score_input.classifier_file("vggish_head"))
    components = load_components(score_input.classifier_file("vggish_pca"))
    predict = vggish_predictor(load_vggish(score_input.classifier_file("vggish")), components, head)
    samples = (score_input.target_samples, score_input.synthesis_samples)
    return {"vggish_kl": classifier_divergence(predict, *samples, score_input.sample_rate)}
