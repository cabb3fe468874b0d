"""Synthesise a spectrogram with the statistics of the recording's."""

import os
import sys

from job import run
from synthesis_job import compute

from texture_core.audio import read_audio
from texture_core.devices import gpu_present, resolve_device
from texture_core.parameters import Parameters, from_mapping


def main(snakemake):
    parameters = from_mapping(Parameters, snakemake.params.parameters)
    device = resolve_device(snakemake.config["device"])
    _tell_if_no_gpu(snakemake.config["device"], device, snakemake.log[0])
    samples = read_audio(snakemake.input.audio)[0] if snakemake.input.audio else None
    compute(snakemake, parameters, device=device, samples=samples)


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
