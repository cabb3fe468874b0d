"""What made a synthesis: its inputs, parameters, code, packages, device and seed; and leaving the clock out of it."""

import hashlib
import json
import platform
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np

from texture_core import __version__, registry
from texture_core.errors import StorageError
from texture_core.records.spectrogram_files import LOSS_COLUMNS

# What every synthesis is computed or stored with.
_PACKAGES = ("h5py", "numpy", "scipy", "torch")
_SECONDS = LOSS_COLUMNS.index("seconds")


def provenance(target, parameters, device, *, samples=None, code=None):
    """The part of a synthesis's record that its other attributes do not tell.

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    device : {'cpu', 'cuda'}
    samples : numpy.ndarray, optional
        (n,), float32, of a method that looks at them.
    code : str, optional
        A digest of the code that runs, of whoever knows it.

    Returns
    -------
    dict
        ``inputs``: SHA-256 sums of the spectrogram, and of the samples and the file of weights where there are any;
        ``packages``: versions of Python and of what the result depends on; ``processor``: the GPU's name or the CPU's
        kind and instructions, which decide the last bits; ``code`` where it is given.
    """
    inputs = {"spectrogram": spectrogram_sum(target)}
    if samples is not None:
        inputs["samples"] = hashlib.sha256(np.ascontiguousarray(samples, dtype="<f4")).hexdigest()
    weights = parameters.features.options.get("weights")
    if isinstance(weights, str) and Path(weights).is_file():
        inputs["weights"] = _file_sum(weights)
    names = (*_PACKAGES, *registry.constant("methods", parameters.method, "PACKAGES", ()))
    record = {"inputs": inputs, "packages": _versions(names), "processor": processor(device)}
    return record | ({"code": code} if code else {})


def spectrogram_sum(spectrogram):
    """The SHA-256 of a spectrogram's values and geometry, whatever file it stands in."""
    geometry = [getattr(spectrogram, name) for name in ("sample_rate", "n_fft", "hop_length", "window", "scale")]
    values = np.ascontiguousarray(spectrogram.log_magnitude, dtype="<f4")
    digest = hashlib.sha256(json.dumps([*geometry, *values.shape]).encode())
    digest.update(values)
    return digest.hexdigest()


def processor(device):
    """What computes: the name of the GPU, or the CPU's architecture and the instructions that torch uses of it."""
    import torch

    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def recorded(synthesis):
    """The `provenance` of a synthesis, perhaps one that was read from a file; an empty mapping where it has none.

    Raises
    ------
    StorageError
        If it is there and no mapping.
    """
    record = synthesis.attributes.get("provenance", {})
    if not isinstance(record, dict):
        raise StorageError("attribute provenance: expected a mapping in JSON, found something else; make the file anew")
    return record


def without_clock(synthesis):
    """A synthesis without the times that it took, so that equal results are equal bytes; the times are NaN.

    Returns
    -------
    Synthesis
        To be written.
    seconds : list of float
        From the start to each row of the loss, over all runs if there were interruptions.
    """
    loss = synthesis.loss.copy()
    seconds = loss[:, _SECONDS].tolist()
    loss[:, _SECONDS] = np.nan
    attributes = {name: value for name, value in synthesis.attributes.items() if name != "seconds"}
    return replace(synthesis, loss=loss, attributes=attributes), seconds


def _versions(names):
    versions = {"python": platform.python_version(), "texture-core": __version__}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _file_sum(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
