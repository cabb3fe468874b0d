"""Make one morph between two recordings, as ``texture-core morph`` does."""

from granted_device import granted_device
from job import run
from sound_job import given, write_sound

from texture_core.audio.recording import read_sample
from texture_core.texture.morphing import plan_morph_of_recordings
from texture_core.texture.plan import choose_for_plan


def main(snakemake):
    parameters, output = given(snakemake)
    recordings = [read_sample(path) for path in (snakemake.input.first, snakemake.input.second)]
    plan = plan_morph_of_recordings(*recordings, snakemake.params.positions, parameters, output)
    # All takes have the weights of the first.
    device, threads = granted_device(snakemake), snakemake.threads
    plan, _ = choose_for_plan(plan, seed=snakemake.params.seed, device=device, threads=threads)
    write_sound(snakemake, plan, output)


run(main, snakemake)  # noqa: F821
