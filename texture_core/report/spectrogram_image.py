"""Spectrograms as images: colour map, common scale, and PNG files without axes."""

import matplotlib
import numpy as np

from texture_core.records.files import replacing
from texture_core.report.palette_png import palette_png

COLOR_MAP = "magma"
_COLOR_LEVELS = 128


def spectrogram_image(path, spectrogram, *, maximum, columns=480, rows=128):
    """Draw a spectrogram as plain pixels: time to the right, frequency upwards, no axes.

    Parameters
    ----------
    path : str or Path
        PNG.
    spectrogram : Spectrogram
    maximum : float
        Log magnitude of the brightest colour; 0 is the darkest. See `common_maximum`.
    columns, rows : int
        Maximum size in pixels; values that share a pixel are averaged.

    Returns
    -------
    tuple of int
        Width and height in pixels.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    values = pool(pool(spectrogram.log_magnitude, columns).T, rows).T[::-1]
    levels = np.clip(np.round(values * ((_COLOR_LEVELS - 1) / maximum)), 0, _COLOR_LEVELS - 1)
    palette = color_map()(np.arange(_COLOR_LEVELS), bytes=True)[:, :3]
    with replacing(path) as temporary:
        temporary.write_bytes(palette_png(levels, palette))
    return levels.shape[1], levels.shape[0]


def common_maximum(spectrograms):
    """Compute the maximum of a common colour scale of several spectrograms.

    Parameters
    ----------
    spectrograms : iterable of Spectrogram

    Returns
    -------
    float
        The log magnitude that 1 in 1000 values exceeds in the strongest of them: single peaks would leave everything
        else in the dark. Where that is 0, the largest value; where all is 0, 1.
    """
    values = [spectrogram.log_magnitude for spectrogram in spectrograms]
    return (
        max((float(np.quantile(value, 0.999)) for value in values), default=0.0)
        or max((float(value.max()) for value in values), default=0.0)
        or 1.0
    )


def pool(values, columns):
    """Average neighbouring columns, so that at most ``columns`` are left."""
    count = values.shape[1]
    if count <= columns:
        return values
    edges = np.arange(columns + 1) * count // columns
    return np.add.reduceat(values, edges[:-1], axis=1, dtype=np.float32) / np.diff(edges).astype(np.float32)


def color_map():
    return matplotlib.colormaps[COLOR_MAP].resampled(_COLOR_LEVELS)
