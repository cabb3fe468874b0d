"""Score a sound against its recording, as ``texture-core score`` does."""

from classifier_files import classifiers
from job import run
from planning.naming import column_name

from texture_core.audio.recording import read_sample
from texture_core.records.files import write_json
from texture_core.scores.sounds import compare


def main(snakemake):
    missing = {}
    sounds = [read_sample(path) for path in (snakemake.input.recording, snakemake.input.audio)]
    compared = compare(*((sound.samples, sound.sample_rate) for sound in sounds))
    scores = compared.scores(snakemake.params.scores, missing=missing, classifiers=classifiers(snakemake.input))
    record = {
        "texture": snakemake.wildcards.texture,
        "setting": column_name(snakemake.wildcards.setting, snakemake.wildcards.get("take")),
        "scores": scores,
        "missing": missing,
    }
    write_json(snakemake.output.scores, record)


run(main, snakemake)  # noqa: F821
