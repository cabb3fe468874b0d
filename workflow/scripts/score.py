"""Score a synthesis against its recording."""

from job import run

from texture_core.audio import read_audio
from texture_core.errors import ClassifierError
from texture_core.parameters import AutocorrelationParameters, from_mapping
from texture_core.scoring import score
from texture_core.storage import read_json, read_spectrogram, write_json

CLASSIFIERS = ("yamnet", "vggish", "vggish_pca", "vggish_head")


def main(snakemake):
    target_samples, sample_rate = read_audio(snakemake.input.target_audio)
    synthesis_samples, _ = read_audio(snakemake.input.audio)
    missing = {}
    scores = score(
        snakemake.params.scores["names"],
        missing=missing,
        target=read_spectrogram(snakemake.input.target),
        synthesis=read_spectrogram(snakemake.input.synthesis),
        target_samples=target_samples,
        synthesis_samples=synthesis_samples,
        sample_rate=sample_rate,
        autocorrelation=from_mapping(AutocorrelationParameters, snakemake.params.scores["autocorrelation"]),
        classifiers=_classifiers(snakemake.input),
    )
    record = {
        "texture": snakemake.wildcards.texture,
        "setting": snakemake.wildcards.setting,
        **snakemake.params.texture,
        "scores": scores,
        "missing": missing,
    }
    write_json(snakemake.output.scores, record)


def _classifiers(files):
    classifiers = {name: files.get(name) for name in CLASSIFIERS}
    record = files.get("yamnet_record")
    missing = read_json(record)["missing"] if record else None
    return classifiers | {"yamnet": ClassifierError(missing)} if missing else classifiers


run(main, snakemake)  # noqa: F821
