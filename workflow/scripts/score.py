"""Score a synthesis against its recording."""

from classifier_files import classifiers
from job import run

from texture_core.audio.recording import read_audio
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import AutocorrelationParameters
from texture_core.records.files import write_json
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.scores.compute import score
from texture_core.spectrogram.halves import first_half, fitting_lags


def main(snakemake):
    target_samples, sample_rate = read_audio(snakemake.input.target_audio)
    synthesis_samples, _ = read_audio(snakemake.input.audio)
    target = read_spectrogram(snakemake.input.target)
    autocorrelation = read_back(AutocorrelationParameters, snakemake.params.scores["autocorrelation"])
    if snakemake.params.first_half:
        target, target_samples = first_half(target, target_samples)
        autocorrelation = fitting_lags(autocorrelation, len(target_samples) / sample_rate)
    missing = {}
    scores = score(
        snakemake.params.scores["names"],
        missing=missing,
        target=target,
        synthesis=read_spectrogram(snakemake.input.synthesis),
        target_samples=target_samples,
        synthesis_samples=synthesis_samples,
        sample_rate=sample_rate,
        autocorrelation=autocorrelation,
        classifiers=classifiers(snakemake.input),
    )
    record = {
        "texture": snakemake.wildcards.texture,
        "setting": snakemake.wildcards.setting,
        "scores": scores,
        "missing": missing,
    }
    write_json(snakemake.output.scores, record)


run(main, snakemake)  # noqa: F821
