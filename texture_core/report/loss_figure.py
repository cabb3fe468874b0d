"""Figures of losses against iterations, one panel per setting."""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from texture_core.records.spectrogram_files import LOSS_COLUMNS
from texture_core.report.figure_style import save_figure
from texture_core.report.panels import grid, label_outer

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
    save_figure(path, lambda: _draw_losses(syntheses, title), title=title)


def _draw_losses(syntheses, title):
    if not syntheses:
        figure, (axis,), _ = grid(title, ["no setting here minimises a loss"], right=0.25, header=0.0)
        axis.set_axis_off()
        return figure
    labels = [_loss_label(label, synthesis) for label, synthesis in syntheses.items()]
    figure, axes, layout = grid(title, labels, right=0.25, header=0.3)
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
    label_outer(axes, layout, "iteration", "loss")
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


def _scale_losses(axes, layout, last, values):
    """Set the same scales on all axes: iterations 0 to ``last``, and all positive ``values``."""
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
    """Return which of ``count`` iterations to draw: all of the first, then ever fewer, at most ``most``."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.concatenate([[0], np.round(np.geomspace(1, count - 1, most)).astype(int)]))


def _weighted_terms(synthesis):
    """Return the total and the weighted terms that were used."""
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
    """Return the last iteration with a diversity term; None if the term was never used or never ended."""
    known = np.flatnonzero(np.isfinite(synthesis.loss[:, LOSS_COLUMNS.index("diversity")]))
    return int(known[-1]) if len(known) and known[-1] < len(synthesis.loss) - 1 else None
