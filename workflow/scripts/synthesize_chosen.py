"""As synthesize.py, with the weights that were chosen for the texture; the choice goes into the file too."""

from dataclasses import replace

from job import run

from texture_core.choice import with_weights
from texture_core.parameters import Parameters, from_mapping
from texture_core.progress import Progress
from texture_core.storage import read_json, read_spectrogram, write_synthesis
from texture_core.synthesis import planned_iterations, synthesize_spectrogram


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    choice = read_json(snakemake.input.choice)
    parameters = with_weights(from_mapping(Parameters, snakemake.params.parameters), choice["alpha"], choice["beta"])
    target = read_spectrogram(snakemake.input.spectrogram)
    label = f"texture {texture}, setting {setting}"
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
        )
    record = {key: choice[key] for key in ("alpha", "beta", "rule", "reason", "candidates")}
    synthesis = replace(synthesis, attributes=synthesis.attributes | {"choice": record})
    write_synthesis(snakemake.output.synthesis, synthesis)


run(main, snakemake)  # noqa: F821
