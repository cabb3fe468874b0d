"""Device of a job that may use a GPU, with a warning if a granted GPU cannot be used."""

import os
import sys

from texture_core.runtime.devices import gpu_present, resolve_device


def granted_device(snakemake):
    """Resolve the configured device to ``cpu`` or ``cuda``; warn if a GPU is present or granted, but not usable.

    Parameters
    ----------
    snakemake : object
        The script's ``snakemake`` object.

    Returns
    -------
    str

    Raises
    ------
    ParameterError
        If CUDA is requested and torch finds no CUDA device.
    """
    demanded = snakemake.config["device"]
    device = resolve_device(demanded)
    granted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if demanded == "auto" and device == "cpu" and (granted or gpu_present()):
        found = f"CUDA_VISIBLE_DEVICES={granted}" if granted else "a GPU is here"
        message = f"device: auto, {found}, but torch finds no CUDA device: computing on the CPU"
        print(message, file=sys.stderr)
        with open(snakemake.log[0], "a", encoding="utf-8") as file:
            print(message, file=file)
    return device
