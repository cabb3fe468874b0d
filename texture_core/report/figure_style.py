"""The style of all figures, and how they are saved.

The same input gives the same bytes. Figures are SVG; text stays text, and the pixels of a spectrogram are an
embedded picture.
"""

import io
import re
import warnings
from contextlib import contextmanager

import matplotlib

from texture_core.records.files import write_text
from texture_core.report.palette_png import with_palette

STYLE = {
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


@contextmanager
def _style():
    """Apply the style of these figures instead of the user's matplotlib settings."""
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
    with matplotlib.rc_context({**defaults, **STYLE}), warnings.catch_warnings():
        # A sign that this machine's font lacks is still text in the SVG, and its reader's font may have it.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def _save(figure, path, title):
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": plain_text(title)})
    text = re.sub(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)", with_palette, buffer.getvalue())
    # Shown smaller than it is, a picture without smoothing would lose whole lines.
    text = text.replace("image-rendering:crisp-edges;image-rendering:pixelated", "image-rendering:auto")
    write_text(path, text)


def plain_text(text):
    """Convert text to one line without control characters, which XML does not allow."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
