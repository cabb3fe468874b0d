"""Provenance of a synthesis: inputs, code, package versions and processor."""

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

# Packages that every synthesis depends on.
_PACKAGES = ("h5py", "numpy", "scipy", "torch")
_SECONDS = LOSS_COLUMNS.index("seconds")


def provenance(target, parameters, device, *, samples=None, code=None):
    """Collect the provenance of a synthesis that its other attributes do not contain.

    Parameters
    ----------
    target : Spectrogram
    parameters : Parameters
    device : {'cpu', 'cuda'}
    samples : numpy.ndarray, optional
        (n,), float32, if the method uses samples.
    code : str, optional
        Digest of the running code, if known.

    Returns
    -------
    dict
        ``inputs``: SHA-256 of the spectrogram and, if used, of the samples and the weights file; ``packages``: versions
        of Python and of the packages that the result depends on; ``processor``: the GPU's name, or the CPU's
        architecture and instructions, which affect the last bits; ``code``, if given.
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
    """Compute the SHA-256 of a spectrogram's values and geometry, independent of its file."""
    geometry = [getattr(spectrogram, name) for name in ("sample_rate", "n_fft", "hop_length", "window", "scale")]
    values = np.ascontiguousarray(spectrogram.log_magnitude, dtype="<f4")
    digest = hashlib.sha256(json.dumps([*geometry, *values.shape]).encode())
    digest.update(values)
    return digest.hexdigest()


def processor(device):
    """Return the name of the GPU, or the CPU's architecture and the instruction set that torch uses."""
    import torch

    if device == "cuda":
        return torch.cuda.get_device_name()
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def recorded(synthesis):
    """Return the `provenance` of a synthesis; an empty mapping if it has none.

    Raises
    ------
    StorageError
        If it is not a mapping.
    """
    record = synthesis.attributes.get("provenance", {})
    if not isinstance(record, dict):
        raise StorageError(
            "attribute provenance: expected a mapping in JSON, found something else; delete the file and run again"
        )
    return record


def without_clock(synthesis):
    """Remove elapsed times from a synthesis, so that equal results give equal bytes; times become NaN.

    Returns
    -------
    Synthesis
        Without elapsed times.
    seconds : list of float
        Elapsed seconds at each row of the loss, over all runs if there were interruptions.
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
