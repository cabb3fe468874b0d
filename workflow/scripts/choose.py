"""Choose the weights of a setting for a texture."""

from granted_device import granted_device
from job import run

from texture_core.audio.recording import read_audio
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.records.files import write_json
from texture_core.records.spectrogram_files import read_spectrogram
from texture_core.runtime.progress import Progress
from texture_core.tuning.trials import choose_weights, planned_candidate_iterations


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    parameters = read_back(Parameters, snakemake.params.parameters)
    label, total = f"texture {texture}, setting {setting}", planned_candidate_iterations(parameters)
    with Progress(label, total, log_path=snakemake.log[0]) as progress:
        record = choose_weights(
            read_spectrogram(snakemake.input.spectrogram),
            read_audio(snakemake.input.audio)[0],
            parameters,
            seed=snakemake.params.seed,
            texture=texture,
            device=granted_device(snakemake),
            threads=snakemake.threads,
            progress=progress,
        )
    write_json(snakemake.output.choice, {"texture": texture, "setting": setting, **record})


run(main, snakemake)  # noqa: F821
