"""The device of a job that may use a GPU, and the word when it is not the one that was granted."""

import os
import sys

from texture_core.runtime.devices import gpu_present, resolve_device


def granted_device(snakemake):
    """``cpu`` or ``cuda``, as the configuration asks for; a GPU that is here, or was granted, and is not used is told.

    Parameters
    ----------
    snakemake : object
        As a script has it.

    Returns
    -------
    str

    Raises
    ------
    ParameterError
        If CUDA is demanded and torch finds none.
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
