"""A picture of a recording and textures made from it, to see at a glance whether they are of a kind."""

import numpy as np
from matplotlib.figure import Figure

from texture_core.records.files import replacing

SECONDS_SHOWN = 12.0
_RANGE_DB = 70.0


def write_preview(path, panels, *, sample_rate, hop_length=64):
    """Draw spectrograms one above the other, on one colour scale.

    Parameters
    ----------
    path : path
        Ends in .png, .svg or .pdf.
    panels : dict
        Title to log magnitudes (bins, frames) as of `texture_core.log_spectrogram`; of each as much as fits is shown,
        at most 12 s.
    sample_rate : int
        Hz, of what the magnitudes are of.
    hop_length : int
        Samples from frame to frame; default the paper's.
    """
    figure = Figure(figsize=(10, 2.2 * len(panels) + 0.4), layout="constrained")
    frame_rate = sample_rate / hop_length
    shown = {title: values[:, : round(SECONDS_SHOWN * frame_rate)] for title, values in panels.items()}
    levels = {title: 20 * np.log10(np.maximum(np.expm1(values), 1e-6)) for title, values in shown.items()}
    top = max(float(level.max()) for level in levels.values())
    widest = max(level.shape[1] for level in levels.values()) / frame_rate
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (title, level) in zip(axes, levels.items(), strict=True):
        image = axis.imshow(
            level,
            origin="lower",
            aspect="auto",
            cmap="magma",
            vmin=top - _RANGE_DB,
            vmax=top,
            extent=(0, level.shape[1] / frame_rate, 0, sample_rate / 2000),
        )
        # A $ in a file name is no mathematics.
        axis.set_title(title, loc="left", fontsize=10, parse_math=False)
        axis.set_ylabel("kHz")
        axis.set_xlim(0, widest)
    axes[-1].set_xlabel("s")
    figure.colorbar(image, ax=list(axes), label="dB", pad=0.01)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=90)
