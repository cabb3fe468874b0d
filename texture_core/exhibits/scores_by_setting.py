"""Scores against settings, a line for each texture: the paper's sections 3.2 and 3.3 at a glance."""

from matplotlib.figure import Figure

from texture_core.report.figure_style import save_figure
from texture_core.report.score_labels import score_heading, score_unit

NEEDS = ("scores",)
# In this order; those that there are.
SHOWN = ("autocorrelation", "diversity", "vggish_kl", "yamnet_kl", "patchwork_median", "mcdermott_snr")
# From this ratio on an axis is logarithmic.
_DECADES = 30
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def draw(path, folder, study):
    """Draw a panel for each score."""
    save_figure(path, lambda: _draw(study), title=study.title)


def _draw(study):
    known = {name for record in study.records for name, value in record["scores"].items() if value is not None}
    shown = [name for name in SHOWN if name in known]
    settings = list(study.settings)
    longest = max(map(len, settings))
    width = max(7.2, 0.5 * len(settings))
    figure = Figure(figsize=(width, 0.5 + 0.06 * longest + 1.6 * len(shown)), layout="constrained")
    axes = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axis, score in zip(axes, shown, strict=True):
        for number, texture in enumerate(study.textures):
            values = {
                record["setting"]: record["scores"].get(score)
                for record in study.records
                if record["texture"] == texture
            }
            places = [place for place, setting in enumerate(settings) if values.get(setting) is not None]
            axis.plot(
                places,
                [values[settings[place]] * score_unit(score).factor for place in places],
                color=_COLORS[number % len(_COLORS)],
                linewidth=0.8,
                marker="o",
                markersize=3,
                label=texture,
            )
        axis.set_ylabel("\n".join(score_heading(score).split(" (")).replace(")", ""), parse_math=False)
        drawn = [value for line in axis.lines for value in line.get_ydata()]
        positive = [value for value in drawn if value > 0]
        # Decibels are logarithms already, and may be negative.
        if positive and max(positive) > _DECADES * min(positive) and not score_unit(score).symbol:
            axis.set_yscale("log")
        else:
            axis.margins(y=0.1)
            if min(drawn, default=0) >= 0:
                axis.set_ylim(bottom=0)
    axes[-1].set_xticks(range(len(settings)), settings, rotation=60, ha="right", rotation_mode="anchor")
    if len(study.textures) <= len(_COLORS):
        axes[0].legend(frameon=False, fontsize=7)
    axes[0].set_title(study.title, loc="left", parse_math=False)
    return figure
