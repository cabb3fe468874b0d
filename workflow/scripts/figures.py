"""Plot the spectrograms of one texture on one colour scale, and the loss histories."""

from pathlib import Path

from job import run

from texture_core.records.spectrogram_files import read_spectrogram, read_synthesis
from texture_core.report.loss_figure import loss_figure
from texture_core.report.spectrogram_figure import spectrogram_figure


def main(snakemake):
    syntheses = {Path(path).parents[1].name: read_synthesis(path) for path in snakemake.input.syntheses}
    spectrogram_figure(
        snakemake.output.spectrogram,
        read_spectrogram(snakemake.input.target),
        {setting: synthesis.spectrogram for setting, synthesis in syntheses.items()},
        title=snakemake.params.title,
    )
    loss_figure(snakemake.output.loss, syntheses, title=snakemake.params.title)


run(main, snakemake)  # noqa: F821
