"""The autocorrelation score: how far the rhythm is from the target's; lower is better (paper, section 3.1)."""

import torch

from texture_core.audio.recording import rms
from texture_core.losses.autocorrelation import AutocorrelationLoss


def compute(score_input):
    """The autocorrelation loss with log spectrograms in place of feature maps.

    Parameters
    ----------
    score_input : ScoreInput

    Returns
    -------
    dict
        ``autocorrelation``: of the synthesised audio as it is (the paper's Table 1 shows 1e3 times this).
        ``autocorrelation_rms_matched``: of the audio scaled to the target's RMS; the plain score is mostly a measure of
        loudness on noisy textures. ``autocorrelation_spectrogram``: of the spectrogram that the optimiser left, before
        phase recovery.
    """
    target = score_input.target
    frame_rate = target.sample_rate / target.hop_length
    loss = AutocorrelationLoss([_tensor(target)], score_input.autocorrelation, frame_rate)
    level = rms(score_input.synthesis_samples)
    gain = rms(score_input.target_samples) / level if level > 0 else 1.0
    matched = score_input.analyze(score_input.synthesis_samples * gain)
    return {
        "autocorrelation": loss([_tensor(score_input.rendered)]).item(),
        "autocorrelation_rms_matched": loss([_tensor(matched)]).item(),
        "autocorrelation_spectrogram": loss([_tensor(score_input.synthesis)]).item(),
    }


def _tensor(spectrogram):
    return torch.from_numpy(spectrogram.log_magnitude).double()
