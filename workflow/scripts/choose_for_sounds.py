"""Choose the weights of a setting that makes sounds, once for all takes of a texture."""

from granted_device import granted_device
from job import run
from sound_job import planned

from texture_core.records.files import write_json
from texture_core.runtime.progress import Progress
from texture_core.texture.plan import choose_for_plan
from texture_core.tuning.trials import planned_candidate_iterations


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    plan, _ = planned(snakemake)
    total = planned_candidate_iterations(plan.parameters)
    with Progress(f"texture {texture}, setting {setting}", total, log_path=snakemake.log[0]) as progress:
        _, record = choose_for_plan(
            plan,
            seed=snakemake.params.seed,
            device=granted_device(snakemake),
            threads=snakemake.threads,
            progress=progress,
        )
    write_json(snakemake.output.choice, {"texture": texture, "setting": setting, **record})


run(main, snakemake)  # noqa: F821
