"""Prepare a recording: mono, resampled, cut and normalised."""

from job import run

from texture_core.audio.recording import prepare_audio, read_sample, write_audio
from texture_core.audio.stretches import SHORT_SAMPLE
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import AudioParameters


def main(snakemake):
    parameters = read_back(AudioParameters, snakemake.params.parameters)
    recording = read_sample(snakemake.input.recording, parameters.duration, SHORT_SAMPLE)
    prepared = prepare_audio(recording.samples, recording.sample_rate, parameters)
    write_audio(snakemake.output.audio, prepared, parameters.sample_rate)


run(main, snakemake)  # noqa: F821
