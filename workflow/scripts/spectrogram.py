"""Compute the log spectrogram of a prepared recording."""

from job import run

from texture_core.audio.recording import read_audio
from texture_core.parameters.method import SpectrogramParameters, from_mapping
from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram


def main(snakemake):
    parameters = from_mapping(SpectrogramParameters, snakemake.params.parameters)
    samples, sample_rate = read_audio(snakemake.input.audio)
    spectrogram = Spectrogram(
        log_spectrogram(samples, parameters), sample_rate, parameters.n_fft, parameters.hop_length, parameters.window
    )
    write_spectrogram(snakemake.output.spectrogram, spectrogram)


run(main, snakemake)  # noqa: F821
