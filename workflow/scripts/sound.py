"""Make one sound of a recording, as ``texture-core synthesize`` does."""

from dataclasses import replace

from granted_device import granted_device
from job import run
from sound_job import planned

from texture_core.records.files import read_json
from texture_core.runtime.progress import Progress
from texture_core.texture.file import synthesize_to_file
from texture_core.tuning.choice import with_weights


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    plan, output = planned(snakemake)
    if snakemake.input.choice:
        choice = read_json(snakemake.input.choice)
        plan = replace(plan, parameters=with_weights(plan.parameters, choice["alpha"], choice["beta"]))
    with Progress(f"texture {texture}, setting {setting}", plan.iterations, log_path=snakemake.log[0]) as progress:
        level = synthesize_to_file(
            snakemake.output.audio,
            plan,
            seed=snakemake.params.seed + snakemake.params.take - 1,
            encoding=output.encoding,
            device=granted_device(snakemake),
            threads=snakemake.threads,
            progress=progress,
        )
        if level.shortfall > 0:
            progress.note(f"{level.shortfall:.1f} dB below the recording's level, so that no sample clips")


run(main, snakemake)  # noqa: F821
