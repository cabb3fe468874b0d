"""Synthesise a texture with scores and a picture: ``python docs/examples/new_texture.py rain.wav``."""

import argparse
from pathlib import Path

import texture_core as tc
from texture_core.parameters.presets import with_iterations
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.report.preview import write_preview
from texture_core.scores.compute import score

SAMPLE_RATE, N_FFT, HOP_LENGTH = 16000, 512, 64


def spectrogram(samples):
    """The log spectrogram of prepared samples."""
    return Spectrogram(tc.log_spectrogram(samples), SAMPLE_RATE, N_FFT, HOP_LENGTH)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("recording", type=Path)
parser.add_argument("--seconds", type=float, help="default: as long as the recording")
parser.add_argument("--iterations", type=int, default=120, help="of spectrogram and sound together")
options = parser.parse_args()

parameters = with_iterations(tc.preset_parameters("quick"), options.iterations)
samples, sample_rate = tc.read_audio(options.recording)
texture = tc.synthesize(samples, sample_rate, duration=options.seconds, parameters=parameters, seed=1)
result = options.recording.with_name(f"{options.recording.stem}-new.wav")
tc.write_audio(result, texture, sample_rate)

# Scores and pictures are of what the method sees: mono, 16 kHz.
target_samples = tc.prepare_audio(samples, sample_rate)
synthesis_samples = tc.prepare_audio(texture, sample_rate)
target, synthesis = spectrogram(target_samples), spectrogram(synthesis_samples)
numbers = score(
    ["autocorrelation", "diversity", "patchwork"],
    target=target,
    synthesis=synthesis,
    target_samples=target_samples,
    synthesis_samples=synthesis_samples,
    sample_rate=SAMPLE_RATE,
)
for name, value in numbers.items():
    print(f"{name:30} {value:.4g}")
panels = {"recording": target.log_magnitude, "texture": synthesis.log_magnitude}
write_preview(result.with_suffix(".png"), panels, sample_rate=SAMPLE_RATE)
