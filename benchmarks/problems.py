"""What is measured: textures of the study where their folder is given, else the demo's."""

import csv
from dataclasses import dataclass
from pathlib import Path

import torch

from texture_core.audio.recording import prepare_audio, read_recording
from texture_core.demo import demo_texture, demo_texture_names
from texture_core.features.ensemble import Ensemble
from texture_core.parameters.method import AudioParameters, FeatureParameters, Parameters
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram

SHEET = Path(__file__).parent.parent / "config" / "corpora" / "mcdermott168.tsv"


@dataclass(frozen=True)
class Problem:
    """A texture to synthesise: its name, its samples at 16 kHz and its spectrogram."""

    name: str
    samples: torch.Tensor
    target: Spectrogram

    @property
    def log_magnitude(self):
        return torch.from_numpy(self.target.log_magnitude)


def load(names, duration, recordings=None):
    """Problems by name, `duration` seconds each, from the study's folder or from the demo."""
    if recordings is None:
        unknown = set(names) - set(demo_texture_names())
        if unknown:
            raise SystemExit(f"{', '.join(sorted(unknown))}: not among the demo textures; give --recordings FOLDER")
        return [_problem(name, demo_texture(name, duration=duration)) for name in names]
    with open(SHEET, encoding="utf-8", newline="") as file:
        files = {row["name"]: row["file"] for row in csv.DictReader(file, delimiter="\t")}
    parameters = AudioParameters(duration=duration)
    return [
        _problem(name, prepare_audio(*read_recording(Path(recordings) / files[name], duration), parameters))
        for name in names
    ]


def _problem(name, samples):
    return Problem(name, torch.from_numpy(samples), Spectrogram(log_spectrogram(samples), 16000, 512, 64))


def engine_parameters(filters, alpha, beta):
    """The paper's loss with so many filters."""
    return Parameters(alpha=alpha, beta=beta, features=FeatureParameters(filters=filters))


def networks(filters, dtype=torch.float32):
    """The weights that the library draws, for the reference to use."""
    return Ensemble(FeatureParameters(filters=filters), 257, 0, dtype=dtype).weights
