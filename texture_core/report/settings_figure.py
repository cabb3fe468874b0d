"""Scores against settings, a panel for each score.

A line stands for a texture; of many textures, for the mean of a class, with its 95 % interval.
"""

from itertools import cycle

import numpy as np
from matplotlib.figure import Figure

from texture_core.errors import ParameterError
from texture_core.report.figure_style import save_figure
from texture_core.report.paired import mean_interval
from texture_core.report.paper_table import class_order
from texture_core.report.score_labels import score_heading, score_unit

# In this order, those that there are; of several in a row, the first.
SHOWN = (
    ("autocorrelation_rms_matched", "autocorrelation"),
    ("diversity",),
    ("vggish_kl",),
    ("yamnet_kl",),
    ("patchwork_share",),
    ("mcdermott_snr",),
)
# From this ratio on an axis is logarithmic.
_DECADES = 30
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Between the lines of two classes, in settings, so that their intervals can be told apart.
_ASIDE = 0.1


def draw_settings(path, table, settings, title):
    """Draw the scores of a `ScoreTable` and save the figure.

    Parameters
    ----------
    path : str or Path
        SVG.
    table : ScoreTable
    settings : sequence of str
        From left to right.
    title : str

    Raises
    ------
    ParameterError
        If there is no score to draw.
    StorageError
        If the file cannot be written.
    """
    save_figure(path, lambda: _draw(table, settings, title), title=title)


def _draw(table, settings, title):
    shown = [found[0] for names in SHOWN if (found := [name for name in names if name in table.scores])]
    if not shown:
        known = ", ".join(name for names in SHOWN for name in names)
        raise ParameterError(f"scores: expected one to draw ({known}), found {', '.join(table.scores) or 'none'}")
    longest = max(map(len, settings))
    width = max(7.2, 0.5 * len(settings))
    figure = Figure(figsize=(width, 0.5 + 0.06 * longest + 1.6 * len(shown)), layout="constrained")
    axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    lines = _of_textures if len(table.textures) <= len(_COLORS) else _of_classes
    for axis, score in zip(axes, shown, strict=True):
        drawn = []
        for (label, places, values, limits), color in zip(lines(table, settings, score), cycle(_COLORS)):
            axis.errorbar(places, values, limits, color=color, linewidth=0.8, marker="o", markersize=3, label=label)
            drawn += values
        axis.set_ylabel("\n".join(score_heading(score).split(" (")).replace(")", ""), parse_math=False)
        positive = [value for value in drawn if value > 0]
        # Decibels are logarithms already, and may be negative.
        if positive and max(positive) > _DECADES * min(positive) and not score_unit(score).symbol:
            axis.set_yscale("log", nonpositive="clip")
        else:
            axis.margins(y=0.1)
            if min(drawn, default=0) >= 0:
                axis.set_ylim(bottom=0)
    axes[-1].set_xticks(range(len(settings)), settings, rotation=60, ha="right", rotation_mode="anchor")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=4, frameon=False, fontsize=7)
    axes[0].set_title(title, loc="left", parse_math=False)
    return figure


def _of_textures(table, settings, score):
    """Each texture's name, its places among the settings, its values there, and no limits."""
    factor = score_unit(score).factor
    for texture in table.textures:
        places = [place for place, setting in enumerate(settings) if texture in table.having(score, [setting])]
        yield texture, places, [factor * table.values(score, settings[place], [texture])[0] for place in places], None


def _of_classes(table, settings, score):
    """Each class's name, the places of its settings, its means there, and how far their intervals reach."""
    names = sorted({name for texture in table.textures for name in table.classes(texture)}, key=class_order)
    for number, name in enumerate(names):
        aside = _ASIDE * (number - (len(names) - 1) / 2)
        known = {place: table.having(score, [setting], name) for place, setting in enumerate(settings)}
        found = {
            place + aside: mean_interval(score_unit(score).factor * table.values(score, settings[place], textures))
            for place, textures in known.items()
            if textures
        }
        reach = [(one.mean - one.low, one.high - one.mean) for one in found.values()]
        # A class of one texture has no interval.
        yield name, list(found), [one.mean for one in found.values()], np.nan_to_num(reach).T if reach else None
