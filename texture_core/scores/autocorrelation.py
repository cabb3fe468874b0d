"""The autocorrelation score: distance of the rhythm from the target's; lower is better (paper, section 3.1)."""

import torch

from texture_core.audio.recording import rms
from texture_core.losses.autocorrelation import AutocorrelationLoss


def compute(score_input):
    """Compute the autocorrelation loss with log spectrograms in place of feature maps.

    Returns
    -------
    dict
        ``autocorrelation``: of the synthesised audio (the paper's Table 1 shows 1e3 times this).
        ``autocorrelation_rms_matched``: of the audio scaled to the target's RMS; for noisy textures the plain score
        mostly measures loudness. ``autocorrelation_spectrogram``: of the optimised spectrogram, before phase recovery.
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
