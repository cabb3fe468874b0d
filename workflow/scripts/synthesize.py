"""Synthesise a spectrogram with the statistics of the recording's."""

import os
import sys

from job import run

from texture_core.audio import read_audio
from texture_core.devices import gpu_present, resolve_device
from texture_core.parameters import Parameters, from_mapping
from texture_core.progress import Progress
from texture_core.storage import read_spectrogram, write_synthesis
from texture_core.synthesis import planned_iterations, synthesize_spectrogram


def main(snakemake):
    texture, setting = snakemake.wildcards.texture, snakemake.wildcards.setting
    parameters = from_mapping(Parameters, snakemake.params.parameters)
    target = read_spectrogram(snakemake.input.spectrogram)
    label = f"texture {texture}, setting {setting}"
    device = resolve_device(snakemake.config["device"])
    _tell_if_no_gpu(snakemake.config["device"], device, snakemake.log[0])
    samples = read_audio(snakemake.input.audio)[0] if snakemake.input.audio else None
    with Progress(label, planned_iterations(parameters), log_path=snakemake.log[0]) as progress:
        synthesis = synthesize_spectrogram(
            target,
            parameters,
            seed=snakemake.params.seed,
            texture=texture,
            setting=setting,
            device=device,
            threads=snakemake.threads,
            progress=progress,
            target_samples=samples,
        )
    write_synthesis(snakemake.output.synthesis, synthesis)


def _tell_if_no_gpu(demanded, device, log):
    """Say in the log and on the terminal that a GPU that is here, or was granted, is not used."""
    granted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if demanded == "auto" and device == "cpu" and (granted or gpu_present()):
        found = f"CUDA_VISIBLE_DEVICES={granted}" if granted else "a GPU is here"
        message = f"device: auto, {found}, but torch finds no CUDA device: computing on the CPU"
        print(message, file=sys.stderr)
        with open(log, "a", encoding="utf-8") as file:
            print(message, file=file)


run(main, snakemake)  # noqa: F821
