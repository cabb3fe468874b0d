"""Synthesise a spectrogram with the statistics of the recording."""

from job import run
from synthesis_job import compute

from texture_core.audio.recording import read_audio
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters


def main(snakemake):
    parameters = read_back(Parameters, snakemake.params.parameters)
    samples = read_audio(snakemake.input.audio)[0] if snakemake.input.audio else None
    compute(snakemake, parameters, samples=samples)


run(main, snakemake)  # noqa: F821
