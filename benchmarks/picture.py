"""The picture of a race: loss against seconds, one panel a texture."""

from matplotlib.figure import Figure


def draw_race(curves, path):
    """Write a picture (the suffix decides the format) of `curves`: texture to side to (seconds, losses)."""
    figure = Figure(figsize=(3.2 * len(curves), 3), layout="constrained")
    panels = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
    for panel, (texture, sides) in zip(panels, curves.items(), strict=True):
        for (side, (seconds, losses)), (color, dashes) in zip(
            sides.items(), (("#0072B2", "-"), ("#D55E00", "--")), strict=True
        ):
            panel.loglog(seconds, losses, dashes, color=color, label=side)
        panel.set_title(texture)
        panel.set_xlabel("seconds")
    panels[0].set_ylabel("loss (Gram + α × autocorrelation)")
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=150)
