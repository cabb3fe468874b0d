"""The paper's Figure 1: the inverse negative Sendik term against the shift, for a planted copy and a new texture.

The new texture is noise with the target's second-order statistics. The curve of the copy has a peak at the shift by
which it was moved, a few frames wide; the diversity term is the height of the highest peak, and the Sendik term sees
the value at shift 0 only. Beside the figure, `peaks.tsv` has the highest values.
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from texture_core.features.ensemble import Ensemble
from texture_core.losses.diversity import CrossCorrelation
from texture_core.methods import initial_spectrogram
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.report.figure_style import save_figure
from texture_core.report.score_rows import write_tsv
from texture_core.runtime.randomness import torch_generator

NEEDS = ("targets",)
# How far the copy is moved, of the length, and how much noise it gets, of the target's mean: an exact copy is at no
# distance, and its inverse infinite.
PLANTED_SHARE = 0.4
PLANTED_NOISE = 0.1
_INSET_FRAMES = 30
_PEAKS = ("texture", "copy_at_its_shift", "copy_elsewhere", "new_texture")
_COLORS = {"planted copy": "#D55E00", "new texture": "#0072B2"}


def inverse_distances(target, other, parameters, seed):
    """sum‖F̃‖² / sum‖F[t + s] - F̃[t]‖² for every shift s, with the features of the ensemble.

    Parameters
    ----------
    target, other : torch.Tensor
        (bins, frames).
    parameters : FeatureParameters
    seed : int
        Of the features.

    Returns
    -------
    numpy.ndarray
        (frames,); the diversity loss is its maximum.
    """
    features = Ensemble(parameters, target.shape[0], seed, dtype=target.dtype)
    reference, maps = features(target), features(other)
    energies = [sum(values.square().sum() for values in group) for group in (reference, maps)]
    correlation = CrossCorrelation(reference, target.shape[1])(maps)
    return (energies[0] / (energies[0] + energies[1] - 2 * correlation)).numpy()


def plant(target, seed):
    """Return a delayed copy of a target (bins, frames) with a little noise, and its shift in frames."""
    shift = round(PLANTED_SHARE * target.shape[1])
    noise = torch.randn(target.shape, generator=torch_generator(seed, "planted"), dtype=target.dtype)
    return (target.roll(shift, dims=1) + PLANTED_NOISE * target.mean() * noise).clamp_min(0), shift


def peaks(copy, new, shift):
    """Return the value of a copy's curve at its shift, its highest elsewhere, and the highest of a new texture's.

    Elsewhere is more than 30 frames away.
    """
    elsewhere = np.abs(np.arange(len(copy)) - shift) > _INSET_FRAMES
    return copy[shift], copy[elsewhere].max(), new.max()


def draw(path, folder, study):
    """Draw a panel for each texture, with an inset at the peak. The features are those of the first setting."""
    parameters = next(iter(study.settings.values())).features
    curves = {}
    for texture, file in study.targets.items():
        spectrogram = read_spectrogram(file)
        target = torch.from_numpy(spectrogram.log_magnitude).double()
        copy, shift = plant(target, study.seed)
        new = initial_spectrogram.surrogate(target.float(), torch_generator(study.seed, texture, "surrogate")).double()
        curves[texture] = (
            spectrogram.hop_length / spectrogram.sample_rate,
            shift,
            {
                "planted copy": inverse_distances(target, copy, parameters, study.seed),
                "new texture": inverse_distances(target, new, parameters, study.seed),
            },
        )
    rows = [(texture, *peaks(*lines.values(), shift)) for texture, (_, shift, lines) in curves.items()]
    write_tsv(Path(folder) / "peaks.tsv", _PEAKS, [(name, *(f"{value:.4g}" for value in row)) for name, *row in rows])
    save_figure(path, lambda: _draw(curves, study), title=study.title)


def _draw(curves, study):
    figure = Figure(figsize=(7.6, 0.6 + 2.3 * len(curves)), layout="constrained")
    axes = np.atleast_1d(figure.subplots(len(curves), 1))
    for axis, (texture, (seconds, shift, lines)) in zip(axes, curves.items(), strict=True):
        inset = axis.inset_axes((0.62, 0.3, 0.35, 0.62))
        window = slice(max(shift - _INSET_FRAMES, 0), shift + _INSET_FRAMES + 1)
        for label, values in lines.items():
            shifts = np.arange(len(values)) * seconds
            axis.plot(shifts, values, color=_COLORS[label], linewidth=0.9, label=label)
            inset.plot(shifts[window], values[window], color=_COLORS[label], linewidth=0.9, marker=".", markersize=2)
        axis.set_xlim(0, (len(values) - 1) * seconds)
        axis.set_title(study.textures[texture], loc="left", parse_math=False)
        axis.set_ylabel("1 / (-Sendik term)")
        inset.set_title(f"around {shift * seconds:.2f} s", fontsize=7, pad=2)
        inset.tick_params(labelsize=6)
    axes[0].legend(loc="upper left", frameon=False)
    axes[-1].set_xlabel("shift (s)")
    return figure
