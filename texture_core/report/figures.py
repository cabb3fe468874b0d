"""Pictures: spectrograms side by side on one colour scale, and losses against iterations.

The same input gives the same bytes. Figures are SVG; text stays text, and the pixels of a spectrogram are an
embedded picture.
"""

import base64
import io
import math
import re
import warnings
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from PIL import Image

from texture_core.records.files import replacing, write_text
from texture_core.records.spectrogram_files import LOSS_COLUMNS

COLOR_MAP = "magma"
_COLOR_LEVELS = 128

# Of a spectrogram's picture. A frame looks at 32 ms, so that a column per 10 ms still shows everything.
_MOST_COLUMNS = 700
_COLUMNS_PER_INCH = 150

_STYLE = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 8.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": "#444444",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "texture_core",
    "savefig.facecolor": "white",
}

# Okabe and Ito's colours, told apart by colour-blind readers too, and a dash pattern each for print. The total lies
# broad and pale beneath, because it often coincides with one of its terms.
_TERM_STYLES = {
    "total": {"color": "#c4c4c4", "linewidth": 4.0, "linestyle": "-"},
    "gram": {"color": "#0072B2", "linewidth": 1.2, "linestyle": "-"},
    "autocorrelation": {"color": "#D55E00", "linewidth": 1.2, "linestyle": (0, (5, 1.5))},
    "diversity": {"color": "#009E73", "linewidth": 1.2, "linestyle": (0, (1.5, 1.0))},
}
_END_STYLE = {"color": "#777777", "linewidth": 0.8, "linestyle": (0, (1, 1))}
_TERM_WEIGHTS = {"autocorrelation": ("alpha", "α"), "diversity": ("beta", "β")}


@dataclass(frozen=True)
class _Layout:
    """Where the panels of a figure stand; all lengths in inches, from the top left."""

    columns: int
    rows: int
    width: float
    height: float
    top: float
    left: float
    panel_width: float
    panel_height: float
    column_step: float
    row_step: float


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
    with _style():
        _save(_draw_spectrograms(target, syntheses, title), path, title)


def loss_figure(path, syntheses, *, title):
    """Draw how the loss and its terms fell, one panel per setting, all on the same axes.

    The terms are drawn with their weights, so that they add up to the total. Both axes are logarithmic (the first
    iterations matter as much as the last); a line marks where the diversity term ends.

    Parameters
    ----------
    path : str or Path
        SVG.
    syntheses : dict of str to Synthesis
        By label; any number of them, at least one. Those of methods that minimise nothing have no panel.
    title : str
        As in `spectrogram_figure`.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    syntheses = {label: synthesis for label, synthesis in syntheses.items() if len(synthesis.loss)}
    with _style():
        _save(_draw_losses(syntheses, title), path, title)


def save_figure(path, draw, *, title):
    """Draw in the style of these figures, and save.

    Parameters
    ----------
    path : str or Path
        SVG.
    draw : callable
        Without arguments; it returns a ``matplotlib.figure.Figure``.
    title : str
        For the file; not drawn.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    with _style():
        _save(draw(), path, title)


def spectrogram_image(path, spectrogram, *, maximum, columns=480, rows=128):
    """Draw a spectrogram as plain pixels: time to the right, frequency upwards, no axes.

    Parameters
    ----------
    path : str or Path
        PNG.
    spectrogram : Spectrogram
    maximum : float
        The log magnitude from which on all is drawn brightest; 0 is drawn darkest. See `common_maximum`.
    columns, rows : int
        Pixels at most; the mean of what falls into one pixel is drawn.

    Returns
    -------
    tuple of int
        Width and height in pixels.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    values = _pool(_pool(spectrogram.log_magnitude, columns).T, rows).T[::-1]
    levels = np.clip(np.round(values * ((_COLOR_LEVELS - 1) / maximum)), 0, _COLOR_LEVELS - 1)
    palette = _color_map()(np.arange(_COLOR_LEVELS), bytes=True)[:, :3]
    with replacing(path) as temporary:
        temporary.write_bytes(_palette_png(levels, palette))
    return levels.shape[1], levels.shape[0]


def common_maximum(spectrograms):
    """Where a common colour scale of several spectrograms ends.

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


def _draw_spectrograms(target, syntheses, title):
    panels = [("original", target), *syntheses.items()]
    spectrograms = [spectrogram for _, spectrogram in panels]
    maximum = common_maximum(spectrograms)
    longest = max(_duration(spectrogram) for spectrogram in spectrograms)
    highest = max(spectrogram.sample_rate for spectrogram in spectrograms) / 2000
    figure, axes, layout = _grid(title, [label for label, _ in panels], right=1.0, header=0.0)
    columns = min(_MOST_COLUMNS, round(_COLUMNS_PER_INCH * layout.panel_width))
    for axis, spectrogram in zip(axes, spectrograms, strict=True):
        axis.imshow(
            _pool(spectrogram.log_magnitude, columns),
            origin="lower",
            aspect="auto",
            interpolation="none",
            extent=_extent(spectrogram),
            cmap=_color_map(),
            vmin=0.0,
            vmax=maximum,
        )
        axis.set_xlim(0.0, longest)
        axis.set_ylim(0.0, highest)
        axis.set_facecolor("#eeeeee")
        axis.xaxis.set_major_locator(_locator(8 if layout.columns == 1 else 5))
        axis.yaxis.set_major_locator(_locator(4))
    _label_outer(axes, layout, "time (s)", "frequency (kHz)")
    _color_bar(figure, layout, maximum)
    return figure


def _draw_losses(syntheses, title):
    if not syntheses:
        figure, (axis,), _ = _grid(title, ["no setting here minimises a loss"], right=0.25, header=0.0)
        axis.set_axis_off()
        return figure
    labels = [_loss_label(label, synthesis) for label, synthesis in syntheses.items()]
    figure, axes, layout = _grid(title, labels, right=0.25, header=0.3)
    legend = {}
    drawn = []
    for axis, synthesis in zip(axes, syntheses.values(), strict=True):
        kept = _thinned(len(synthesis.loss))
        for term, values in _weighted_terms(synthesis).items():
            axis.plot(kept, values[kept], zorder=3 - (term == "total"), **_TERM_STYLES[term])
            legend[_term_label(term)] = _TERM_STYLES[term]
            drawn.append(values[kept])
    for axis, synthesis in zip(axes, syntheses.values(), strict=True):
        end = _end_of_diversity(synthesis)
        if end is not None:
            axis.axvline(end, zorder=1, **_END_STYLE)
            legend["end of the diversity term"] = _END_STYLE
    last = max(len(synthesis.loss) for synthesis in syntheses.values()) - 1
    _scale_losses(axes, layout, last, np.concatenate(drawn))
    _label_outer(axes, layout, "iteration", "loss")
    figure.legend(
        [Line2D([], [], **style) for style in legend.values()],
        list(legend),
        loc="lower left",
        bbox_to_anchor=((layout.left - 0.05) / layout.width, 1 - (layout.top - 0.02) / layout.height),
        borderaxespad=0.0,
        ncols=len(legend),
        frameon=False,
        handlelength=2.2,
        columnspacing=1.4,
    )
    return figure


def _duration(spectrogram):
    """Seconds from the first frame's centre to the last one's."""
    frames = spectrogram.log_magnitude.shape[1]
    return max(frames - 1, 1) * spectrogram.hop_length / spectrogram.sample_rate


def _extent(spectrogram):
    """Left, right, lower and upper edge in seconds and kHz: each value's pixel is centred on its time and frequency."""
    bins, frames = spectrogram.log_magnitude.shape
    frame = spectrogram.hop_length / spectrogram.sample_rate
    bin_width = spectrogram.sample_rate / spectrogram.n_fft / 1000
    return (-0.5 * frame, (frames - 0.5) * frame, -0.5 * bin_width, (bins - 0.5) * bin_width)


def _pool(values, columns):
    """Means of neighbouring columns, so that at most ``columns`` are left."""
    count = values.shape[1]
    if count <= columns:
        return values
    edges = np.arange(columns + 1) * count // columns
    return np.add.reduceat(values, edges[:-1], axis=1, dtype=np.float32) / np.diff(edges).astype(np.float32)


def _color_map():
    return matplotlib.colormaps[COLOR_MAP].resampled(_COLOR_LEVELS)


@contextmanager
def _style():
    """The style of these figures, whatever the user's own matplotlib settings are."""
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
    with matplotlib.rc_context({**defaults, **_STYLE}), warnings.catch_warnings():
        # A sign that this machine's font lacks is still text in the SVG, and its reader's font may have it.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def _grid(title, labels, *, right, header):
    """A figure with a title, ``header`` inches for a legend, and a labelled panel for each of ``labels``."""
    count = len(labels)
    columns = 1 if count <= 3 else min(4, math.ceil(math.sqrt(count / 3)))
    rows = math.ceil(count / columns)
    panel_width = {1: 7.6, 2: 4.4, 3: 3.2, 4: 2.7}[columns]
    panel_height = {1: 1.75, 2: 1.5, 3: 1.25, 4: 1.15}[columns]
    left, gap = 0.65, 0.25
    width = left + columns * panel_width + (columns - 1) * gap + right
    title_font = FontProperties(family=_STYLE["font.family"], size=12, weight="bold")
    label_font = FontProperties(family=_STYLE["font.family"], size=9)
    title_lines = _wrap(title, width - left - 0.2, title_font, 3)
    label_lines = [_wrap(label, panel_width, label_font, 2) for label in labels]
    label_height = 0.1 + 0.16 * max((len(lines) for lines in label_lines), default=1)
    top = 0.2 + 0.22 * len(title_lines) + header
    row_step = label_height + panel_height + 0.12
    height = top + rows * row_step + 0.5
    layout = _Layout(columns, rows, width, height, top, left, panel_width, panel_height, panel_width + gap, row_step)
    figure = Figure(figsize=(width, height))
    figure.text(
        left / width,
        1 - 0.14 / height,
        "\n".join(title_lines),
        fontproperties=title_font,
        va="top",
        linespacing=1.25,
        parse_math=False,
    )
    axes = []
    for number, lines in enumerate(label_lines):
        row, column = divmod(number, columns)
        bottom = top + (row + 1) * row_step - 0.12
        x = (left + column * layout.column_step) / width
        axes.append(figure.add_axes((x, 1 - bottom / height, panel_width / width, panel_height / height)))
        figure.text(
            x,
            1 - (bottom - panel_height - 0.05) / height,
            "\n".join(lines),
            fontproperties=label_font,
            va="bottom",
            linespacing=1.15,
            parse_math=False,
        )
    return figure, axes, layout


def _label_outer(axes, layout, x_label, y_label):
    """Tick labels and axis labels at the left and at the lower end of each column only."""
    for number, axis in enumerate(axes):
        lowest = number + layout.columns >= len(axes)
        leftmost = number % layout.columns == 0
        axis.tick_params(labelbottom=lowest, labelleft=leftmost)
        if lowest:
            axis.set_xlabel(x_label, labelpad=2)
        if leftmost:
            axis.set_ylabel(y_label, labelpad=4)


def _locator(most):
    return MaxNLocator(most, steps=[1, 2, 5, 10])


def _color_bar(figure, layout, maximum):
    first = layout.top + layout.row_step - 0.12  # lower edge of the first panel
    length = min(layout.rows - 1, 1) * layout.row_step + layout.panel_height
    bottom = first + length - layout.panel_height
    x = layout.left + (layout.columns - 1) * layout.column_step + layout.panel_width + 0.2
    axis = figure.add_axes((x / layout.width, 1 - bottom / layout.height, 0.13 / layout.width, length / layout.height))
    bar = figure.colorbar(ScalarMappable(Normalize(0.0, maximum), _color_map()), cax=axis, extend="max")
    bar.set_label("ln(1 + |S|)")
    bar.locator = _locator(5)
    bar.update_ticks()
    bar.outline.set_linewidth(0.6)


def _scale_losses(axes, layout, last, values):
    """The same scales on all axes: iterations 0 to ``last``, and all positive ``values``."""
    values = values[np.isfinite(values) & (values > 0)]
    decades = [10**power for power in range(int(math.log10(max(last, 1))) + 1)]
    ticks = [0, *decades, *([last] if last > 2 * decades[-1] else [])]
    for axis in axes:
        axis.set_xscale("symlog", linthresh=1.0, linscale=0.4)
        axis.set_xlim(0, max(last, 1))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xticks(ticks, [str(tick) for tick in ticks])
        axis.set_yscale("log", nonpositive="mask")
        if len(values):
            axis.set_ylim(0.5 * values.min(), 2 * values.max())
        axis.yaxis.set_major_locator(LogLocator(numticks=6 if layout.columns == 1 else 5))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.grid(True, color="#e4e4e4", linewidth=0.6)
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)


def _thinned(count, most=500):
    """Which of ``count`` iterations to draw: all of the first, then ever fewer, as many as the axis can show."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.concatenate([[0], np.round(np.geomspace(1, count - 1, most)).astype(int)]))


def _weighted_terms(synthesis):
    """The total and those terms that took part, each as it enters the total."""
    parameters = synthesis.attributes.get("parameters", {})
    terms = {}
    for name in _TERM_STYLES:
        values = synthesis.loss[:, LOSS_COLUMNS.index(name)]
        if np.isfinite(values).any():
            key, _ = _TERM_WEIGHTS.get(name, (None, None))
            terms[name] = parameters.get(key, 1.0) * values
    return terms


def _term_label(term):
    return f"{_TERM_WEIGHTS[term][1]} × {term}" if term in _TERM_WEIGHTS else term


def _loss_label(label, synthesis):
    parameters = synthesis.attributes.get("parameters", {})
    weights = [f"{letter} = {parameters[key]:g}" for key, letter in _TERM_WEIGHTS.values() if parameters.get(key)]
    return f"{label} ({', '.join(weights)})" if weights else label


def _end_of_diversity(synthesis):
    """The last iteration with a diversity term, or None where it never ended or never began."""
    known = np.flatnonzero(np.isfinite(synthesis.loss[:, LOSS_COLUMNS.index("diversity")]))
    return int(known[-1]) if len(known) and known[-1] < len(synthesis.loss) - 1 else None


def _wrap(text, width, font, most):
    """Break text into at most ``most`` lines of ``width`` inches; what does not fit is cut with an ellipsis."""
    renderer = RendererAgg(1, 1, 72)

    def fits(line):
        return renderer.get_text_width_height_descent(line, font, ismath=False)[0] <= 72 * width

    def fitting(line, places, end=""):
        """How many of the places, from the first on, a line may be cut at and still fit."""
        return bisect_right(places, False, key=lambda place: not fits(line[:place].rstrip() + end))

    lines = []
    rest = _plain(text)
    while rest and len(lines) < most:
        # A line ends after a space or after a sign that joins the parts of a name, else anywhere.
        places = [match.end() for match in re.finditer(r"\s+|[-_/,=]|.\Z", rest)]
        count = fitting(rest, places)
        place = places[count - 1] if count else max(fitting(rest, range(1, len(rest) + 1)), 1)
        lines.append(rest[:place].rstrip())
        rest = rest[place:]
    if rest:
        line = lines[-1]
        lines[-1] = line[: fitting(line, range(1, len(line) + 1), end="…")].rstrip() + "…"
    return lines or [""]


def _save(figure, path, title):
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": _plain(title)})
    text = re.sub(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)", _with_palette, buffer.getvalue())
    # Shown smaller than it is, a picture without smoothing would lose whole lines.
    text = text.replace("image-rendering:crisp-edges;image-rendering:pixelated", "image-rendering:auto")
    write_text(path, text)


def _plain(text):
    """Text on one line, without the control characters that no XML may hold."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _with_palette(match):
    """The same picture, with one byte per pixel and a palette: a third of the size."""
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(match[1]))).convert("RGB"))
    codes = pixels @ np.array([1 << 16, 1 << 8, 1])
    colors, levels = np.unique(codes, return_inverse=True)
    palette = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1)
    data = _palette_png(levels.reshape(codes.shape), palette)
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _palette_png(levels, palette):
    image = Image.frombytes("P", levels.shape[::-1], levels.astype(np.uint8).tobytes())
    image.putpalette(palette.astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()
