"""Compute the log spectrogram of a prepared recording."""

from job import run

from texture_core.audio.recording import read_audio
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import SpectrogramParameters
from texture_core.records.spectrogram_files import Spectrogram, write_spectrogram
from texture_core.spectrogram.log_magnitude import log_spectrogram


def main(snakemake):
    parameters = read_back(SpectrogramParameters, snakemake.params.parameters)
    samples, sample_rate = read_audio(snakemake.input.audio)
    spectrogram = Spectrogram(
        log_spectrogram(samples, parameters), sample_rate, parameters.n_fft, parameters.hop_length, parameters.window
    )
    write_spectrogram(snakemake.output.spectrogram, spectrogram)


run(main, snakemake)  # noqa: F821
