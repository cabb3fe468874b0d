"""Figures of spectrograms on a common colour scale and time axis."""

from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from texture_core.report.figure_style import save_figure
from texture_core.report.panels import grid, label_outer, locator
from texture_core.report.spectrogram_image import color_map, common_maximum, pool

# Columns of an image. A frame covers 32 ms, so a column per 10 ms shows everything.
_MOST_COLUMNS = 700
_COLUMNS_PER_INCH = 150


def spectrogram_figure(path, target, syntheses, *, title):
    """Draw a recording's spectrogram and those made from it, on one colour scale and one time axis.

    Parameters
    ----------
    path : str or Path
        SVG.
    target : Spectrogram
    syntheses : dict of str to Spectrogram
        By label; any number of them.
    title : str
        Any text; it is broken into lines, and cut if it is very long.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    save_figure(path, lambda: _draw_spectrograms(target, syntheses, title), title=title)


def _draw_spectrograms(target, syntheses, title):
    panels = [("original", target), *syntheses.items()]
    spectrograms = [spectrogram for _, spectrogram in panels]
    maximum = common_maximum(spectrograms)
    longest = max(_duration(spectrogram) for spectrogram in spectrograms)
    highest = max(spectrogram.sample_rate for spectrogram in spectrograms) / 2000
    figure, axes, layout = grid(title, [label for label, _ in panels], right=1.0, header=0.0)
    columns = min(_MOST_COLUMNS, round(_COLUMNS_PER_INCH * layout.panel_width))
    for axis, spectrogram in zip(axes, spectrograms, strict=True):
        axis.imshow(
            pool(spectrogram.log_magnitude, columns),
            origin="lower",
            aspect="auto",
            interpolation="none",
            extent=_extent(spectrogram),
            cmap=color_map(),
            vmin=0.0,
            vmax=maximum,
        )
        axis.set_xlim(0.0, longest)
        axis.set_ylim(0.0, highest)
        axis.set_facecolor("#eeeeee")
        axis.xaxis.set_major_locator(locator(8 if layout.columns == 1 else 5))
        axis.yaxis.set_major_locator(locator(4))
    label_outer(axes, layout, "time (s)", "frequency (kHz)")
    _color_bar(figure, layout, maximum)
    return figure


def _duration(spectrogram):
    """Return the seconds between the centres of the first and last frames."""
    frames = spectrogram.log_magnitude.shape[1]
    return max(frames - 1, 1) * spectrogram.hop_length / spectrogram.sample_rate


def _extent(spectrogram):
    """Return left, right, lower and upper edge in s and kHz; pixels are centred on their time and frequency."""
    bins, frames = spectrogram.log_magnitude.shape
    frame = spectrogram.hop_length / spectrogram.sample_rate
    bin_width = spectrogram.sample_rate / spectrogram.n_fft / 1000
    return (-0.5 * frame, (frames - 0.5) * frame, -0.5 * bin_width, (bins - 0.5) * bin_width)


def _color_bar(figure, layout, maximum):
    first = layout.top + layout.row_step - 0.12  # lower edge of the first panel
    length = min(layout.rows - 1, 1) * layout.row_step + layout.panel_height
    bottom = first + length - layout.panel_height
    x = layout.left + (layout.columns - 1) * layout.column_step + layout.panel_width + 0.2
    axis = figure.add_axes((x / layout.width, 1 - bottom / layout.height, 0.13 / layout.width, length / layout.height))
    bar = figure.colorbar(ScalarMappable(Normalize(0.0, maximum), color_map()), cax=axis, extend="max")
    bar.set_label("ln(1 + |S|)")
    bar.locator = locator(5)
    bar.update_ticks()
    bar.outline.set_linewidth(0.6)
