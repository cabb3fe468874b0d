"""Audio texture synthesis with random neural networks.

Public names are imported on first use, so that jobs which only write tables do not import torch.
"""

import os
from importlib import import_module

# Read by GNU OpenMP when torch loads it. Its threads wait for each other in a loop before they sleep, by default for
# 300000 rounds, in which they hold processors that other programs want (docs/performance.md has figures).
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")

__version__ = "0.1.0"

_PUBLIC = {
    "prepare_audio": "audio.recording",
    "read_audio": "audio.recording",
    "write_audio": "audio.recording",
    "log_spectrogram": "spectrogram.log_magnitude",
    "Parameters": "parameters.method",
    "synthesize_spectrogram": "methods.synthesize_spectrogram",
    "Synthesis": "records.spectrogram_files",
    "TextureError": "errors",
    "demo_texture": "demo",
    "morph": "texture.morphing",
    "preset_parameters": "parameters.presets",
    "synthesize": "texture.synthesize",
    "synthesize_takes": "texture.takes",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__():
    return sorted(__all__)
