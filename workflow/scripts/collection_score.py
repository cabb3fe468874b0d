"""Score all syntheses of a setting together against their recordings."""

from pathlib import Path

from classifier_files import classifiers
from job import run

from texture_core.records.files import write_json
from texture_core.scores.compute import Pair, score_collection


def main(snakemake):
    inputs, missing = snakemake.input, {}
    pairs = [
        Pair(
            Path(target).stem,
            tuple(snakemake.params.classes[Path(target).stem]),
            Path(target),
            Path(synthesis),
            snakemake.params.first_half,
        )
        for target, synthesis in zip(inputs.target_audio, inputs.audio, strict=True)
    ]
    scores = score_collection(snakemake.params.scores, missing=missing, pairs=pairs, classifiers=classifiers(inputs))
    record = {"setting": snakemake.wildcards.setting, "scores": scores, "missing": missing}
    write_json(snakemake.output.scores, record)


run(main, snakemake)  # noqa: F821
