"""Synthesise a spectrogram with the statistics of the recording's."""

from job import run

from texture_core.audio import read_audio
from texture_core.parameters import Parameters, from_mapping
from texture_core.progress import Progress
from texture_core.storage import read_spectrogram, write_synthesis
from texture_core.synthesis import planned_iterations, synthesize_spectrogram


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    parameters = from_mapping(Parameters, snakemake.params.parameters)
    target = read_spectrogram(snakemake.input.spectrogram)
    label = f"texture {texture}, setting {setting}"
    samples = read_audio(snakemake.input.audio)[0] if snakemake.input.audio else None
    with Progress(label, planned_iterations(parameters), log_path=snakemake.log[0]) as progress:
        synthesis = synthesize_spectrogram(
            target,
            parameters,
            seed=snakemake.params.seed,
            texture=texture,
            setting=setting,
            device=snakemake.config["device"],
            threads=snakemake.threads,
            progress=progress,
            target_samples=samples,
        )
    write_synthesis(snakemake.output.synthesis, synthesis)


run(main, snakemake)  # noqa: F821
