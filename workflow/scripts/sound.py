"""Make one sound of a recording, as ``texture-core synthesize`` does."""

from dataclasses import replace

from job import run
from sound_job import planned, write_sound

from texture_core.records.files import read_json
from texture_core.tuning.choice import with_weights


def main(snakemake):
    plan, output = planned(snakemake)
    if snakemake.input.choice:
        choice = read_json(snakemake.input.choice)
        plan = replace(plan, parameters=with_weights(plan.parameters, choice["alpha"], choice["beta"]))
    write_sound(snakemake, plan, output)


run(main, snakemake)  # noqa: F821
