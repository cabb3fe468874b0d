"""Pictures of the worst textures: ``python -m texture_core.report.worst results/study -o worst.svg``."""

import argparse
import sys
from pathlib import Path

from matplotlib.figure import Figure

from texture_core.errors import ParameterError, TextureError
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.report.figure_style import save_figure
from texture_core.report.findings import NEURAL
from texture_core.report.score_table import ScoreTable, read_score_table
from texture_core.report.spectrogram_image import color_map, common_maximum, pool
from texture_core.report.study import OURS, WORST, worst_textures

_SETTINGS = ("gram", NEURAL[2], OURS)
_TITLE = "The worst textures"
# Inches and pixels of a panel.
_WIDTH, _HEIGHT, _COLUMNS, _ROWS = 2.3, 0.75, 200, 48


def worst_figure(path, results, textures):
    """Draw the spectrograms of recordings and of their syntheses by three settings, one row per texture.

    Parameters
    ----------
    path : str or Path
        SVG.
    results : str or Path
        ``results/CORPUS`` of a study.
    textures : sequence of str

    Raises
    ------
    StorageError
        If a spectrogram cannot be read or the figure cannot be written.
    """
    save_figure(path, lambda: _draw(Path(results), textures), title=_TITLE)


def _draw(results, textures):
    columns = ["recording", *_SETTINGS]
    figure = Figure(figsize=(_WIDTH * len(columns) + 1.2, _HEIGHT * len(textures) + 0.3), layout="constrained")
    grid = figure.subplots(len(textures), len(columns), squeeze=False)
    for axes, texture in zip(grid, textures, strict=True):
        files = [results / "spectrogram" / f"{texture}.h5"]
        files += [results / setting / "synthesis" / f"{texture}.h5" for setting in _SETTINGS]
        spectrograms = [read_spectrogram(file) for file in files]
        maximum = common_maximum(spectrograms)
        for axis, spectrogram in zip(axes, spectrograms, strict=True):
            values = pool(pool(spectrogram.log_magnitude, _COLUMNS).T, _ROWS).T
            axis.imshow(
                values, origin="lower", aspect="auto", interpolation="none", cmap=color_map(), vmin=0.0, vmax=maximum
            )
            axis.set(xticks=[], yticks=[])
        axes[0].set_ylabel(texture.replace("_", "\n", 2).replace("_", " "), rotation=0, ha="right", va="center")
    for axis, column in zip(grid[0], columns, strict=True):
        axis.set_title(column, fontsize=8)
    return figure


def main(arguments=None):
    """Draw the worst textures of a finished study."""
    parser = argparse.ArgumentParser(prog="python -m texture_core.report.worst", description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="results/CORPUS, with scores.tsv")
    parser.add_argument("-o", "--output", type=Path, required=True, help="SVG to write")
    parser.add_argument("--count", type=int, default=WORST, help=f"number of textures (default: {WORST})")
    options = parser.parse_args(arguments)
    try:
        textures = worst_textures(ScoreTable(read_score_table(options.results / "scores.tsv")), options.count)
        if not textures:
            raise ParameterError(f"{options.results}: no texture has all scores of all neural rows; finish the study")
        worst_figure(options.output, options.results, [texture for texture, _ in textures])
    except TextureError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
