"""Figures of labelled panels in a grid, below a title."""

import math
import re
from bisect import bisect_right
from dataclasses import dataclass

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import MaxNLocator

from texture_core.report.figure_style import STYLE, plain_text


@dataclass(frozen=True)
class _Layout:
    """Layout of the panels of a figure; lengths in inches, from the top left."""

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


def grid(title, labels, *, right, header):
    """Create a figure with a title, ``header`` inches for a legend, and a labelled panel for each of ``labels``."""
    count = len(labels)
    columns = 1 if count <= 3 else min(4, math.ceil(math.sqrt(count / 3)))
    rows = math.ceil(count / columns)
    panel_width = {1: 7.6, 2: 4.4, 3: 3.2, 4: 2.7}[columns]
    panel_height = {1: 1.75, 2: 1.5, 3: 1.25, 4: 1.15}[columns]
    left, gap = 0.65, 0.25
    width = left + columns * panel_width + (columns - 1) * gap + right
    title_font = FontProperties(family=STYLE["font.family"], size=12, weight="bold")
    label_font = FontProperties(family=STYLE["font.family"], size=9)
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


def label_outer(axes, layout, x_label, y_label):
    """Label ticks and axes only at the left and at the lower end of each column."""
    for number, axis in enumerate(axes):
        lowest = number + layout.columns >= len(axes)
        leftmost = number % layout.columns == 0
        axis.tick_params(labelbottom=lowest, labelleft=leftmost)
        if lowest:
            axis.set_xlabel(x_label, labelpad=2)
        if leftmost:
            axis.set_ylabel(y_label, labelpad=4)


def locator(most):
    return MaxNLocator(most, steps=[1, 2, 5, 10])


def _wrap(text, width, font, most):
    """Break text into at most ``most`` lines of ``width`` inches; what does not fit is cut with an ellipsis."""
    renderer = RendererAgg(1, 1, 72)

    def fits(line):
        return renderer.get_text_width_height_descent(line, font, ismath=False)[0] <= 72 * width

    def fitting(line, places, end=""):
        """Return how many of the places, from the first on, a line can be cut at and fit."""
        return bisect_right(places, False, key=lambda place: not fits(line[:place].rstrip() + end))

    lines = []
    rest = plain_text(text)
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
