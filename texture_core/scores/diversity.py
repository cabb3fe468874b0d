"""The diversity score: similarity to a time-shifted copy; lower is more diverse (paper, section 3.1)."""

import torch

from texture_core.losses.diversity import DiversityLoss
from texture_core.parameters.method import DiversityParameters


def compute(score_input):
    """Compute the diversity loss with log spectrograms in place of feature maps, over all shifts.

    Returns
    -------
    dict
        ``diversity``, of the synthesised audio, and ``diversity_shift``, the shift of its maximum in frames: the
        synthesis is most similar to the target delayed by this shift. ``diversity_spectrogram``: of the optimised
        spectrogram, before phase recovery. If lengths differ, both are cut to the shorter.
    """
    value, shift = diversity(score_input.target, score_input.rendered)
    value_before, _ = diversity(score_input.target, score_input.synthesis)
    return {"diversity": value, "diversity_shift": shift, "diversity_spectrogram": value_before}


def diversity(target, synthesis):
    """Compute the score of two `Spectrogram` and its shift in frames."""
    frames = min(target.log_magnitude.shape[1], synthesis.log_magnitude.shape[1])
    reference, feature_map = (
        torch.from_numpy(spectrogram.log_magnitude[:, :frames]).double() for spectrogram in (target, synthesis)
    )
    loss = DiversityLoss([reference], frames, DiversityParameters(shifts="exact"))
    return loss([feature_map]).item(), loss.worst_shift
