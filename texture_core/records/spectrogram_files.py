"""HDF5 files of spectrograms and syntheses."""

import json
import math
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

from texture_core import __version__
from texture_core.errors import StorageError
from texture_core.records.files import replacing

LOSS_COLUMNS = ("total", "gram", "autocorrelation", "diversity", "evaluations", "seconds")
# Maximum compression ratio of Deflate, which compresses our datasets (RFC 1951: 258 bytes in two bits).
_DEFLATE_RATIO = 1032
# Raised by h5py, or by arithmetic on what it read, for damaged or unrelated files.
UNREADABLE = (StorageError, OSError, LookupError, ValueError, TypeError, ArithmeticError, RuntimeError, MemoryError)


@dataclass(frozen=True)
class Spectrogram:
    """A log spectrogram and the parameters that are needed to invert it.

    Attributes
    ----------
    log_magnitude : numpy.ndarray
        (n_fft / 2 + 1, frames), float32, ln(1 + |S|), at least 0.
    sample_rate, n_fft, hop_length : int
        Hz, samples, samples.
    window : str
        ``hann``, periodic.
    scale : str
        ``log1p`` of the magnitudes of an unnormalised transform.
    """

    log_magnitude: np.ndarray
    sample_rate: int
    n_fft: int
    hop_length: int
    window: str = "hann"
    scale: str = "log1p"


@dataclass(frozen=True)
class Synthesis:
    """A synthesised spectrogram with its loss history and provenance.

    Attributes
    ----------
    spectrogram : Spectrogram
    loss : numpy.ndarray
        (iterations + 1, 6), float64, with columns `LOSS_COLUMNS`; row 0 is the start. Unused terms are NaN.
    attributes : dict
        How it was made: parameters (a mapping), seed, device, provenance (a mapping), seconds if known, and others.
        Values are strings, numbers and mappings of them.
    further_losses : dict of str to numpy.ndarray
        The unweighted history of each further loss, (iterations + 1,); the weighted loss is part of the total.
    snapshots : dict of int to numpy.ndarray
        Log magnitudes (bins, frames) after some iterations.
    samples : numpy.ndarray or None
        (n,), float32, at the spectrogram's sample rate, if the method synthesises samples; the spectrogram is theirs.
    """

    spectrogram: Spectrogram
    loss: np.ndarray
    attributes: dict
    further_losses: dict = field(default_factory=dict)
    snapshots: dict = field(default_factory=dict)
    samples: np.ndarray | None = None


def write_spectrogram(path, spectrogram):
    """Store a `Spectrogram` as HDF5: dataset ``log_magnitude`` and its attributes."""
    with _writing(path) as file:
        _put_spectrogram(file, spectrogram)


def write_synthesis(path, synthesis):
    """Store a `Synthesis` as HDF5: spectrogram, dataset ``loss``, and the attributes.

    Optional datasets are ``further_losses`` (columns named in its attribute ``columns``), ``snapshots`` (spectrograms
    at the iterations in its attribute ``iterations``) and ``samples``.
    """
    with _writing(path) as file:
        _put_spectrogram(file, synthesis.spectrogram)
        loss = file.create_dataset("loss", data=np.asarray(synthesis.loss, dtype=np.float64), track_times=False)
        loss.attrs["columns"] = list(LOSS_COLUMNS)
        if synthesis.further_losses:
            columns = np.stack(list(synthesis.further_losses.values()), axis=1).astype(np.float64)
            further = file.create_dataset("further_losses", data=columns, track_times=False)
            further.attrs["columns"] = list(synthesis.further_losses)
        if synthesis.snapshots:
            kept = np.stack(list(synthesis.snapshots.values())).astype(np.float32)
            snapshots = file.create_dataset(
                "snapshots",
                data=kept,
                compression="gzip",
                compression_opts=1,
                shuffle=True,
                chunks=(1, kept.shape[1], min(kept.shape[2], 256)),
                track_times=False,
            )
            snapshots.attrs["iterations"] = list(synthesis.snapshots)
        if synthesis.samples is not None:
            file.create_dataset("samples", data=np.asarray(synthesis.samples, dtype=np.float32), track_times=False)
        for name, value in synthesis.attributes.items():
            file.attrs[name] = json.dumps(value, sort_keys=True) if isinstance(value, dict) else value


@contextmanager
def _writing(path):
    """Yield an HDF5 file in memory, because HDF5 itself crashes the process when the disk is full."""
    with h5py.File(secrets.token_hex(8), "w", driver="core", backing_store=False) as file:
        yield file
        file.flush()
        content = file.id.get_file_image()
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _put_spectrogram(file, spectrogram):
    data = np.ascontiguousarray(spectrogram.log_magnitude, dtype=np.float32)
    file.create_dataset(
        "log_magnitude",
        data=data,
        compression="gzip",
        compression_opts=1,
        shuffle=True,
        chunks=(data.shape[0], min(data.shape[1], 256)),
        track_times=False,
    )
    for name in ("sample_rate", "n_fft", "hop_length", "window", "scale"):
        file.attrs[name] = getattr(spectrogram, name)
    file.attrs["texture_core_version"] = __version__


def read_spectrogram(path):
    """Read the `Spectrogram` of a file written by `write_spectrogram` or `write_synthesis`.

    Raises
    ------
    StorageError
        If the file is missing, truncated, of another kind, or has invalid values.
    """
    with _reading(path) as file:
        return _get_spectrogram(file)


def read_synthesis(path):
    """Read a `Synthesis`.

    Raises
    ------
    StorageError
        See `read_spectrogram`.
    """
    with _reading(path) as file:
        spectrogram = _get_spectrogram(file)
        loss = dataset_values(file, "loss")
        if loss.ndim != 2 or loss.shape[1] != len(LOSS_COLUMNS):
            raise StorageError(f"dataset loss has shape {loss.shape}, expected (rows, {len(LOSS_COLUMNS)})")
        skip = {"sample_rate", "n_fft", "hop_length", "window", "scale"}
        attributes = {
            name: value.item() if hasattr(value, "item") else value
            for name, value in file.attrs.items()
            if name not in skip
        }
        for name in ("parameters", "provenance", "snr"):
            if isinstance(attributes.get(name), str):
                attributes[name] = json.loads(attributes[name])
        return Synthesis(spectrogram, loss, attributes, **_get_optional(file))


def _get_optional(file):
    found = {}
    if "further_losses" in file:
        columns = map(str, file["further_losses"].attrs["columns"])
        found["further_losses"] = dict(zip(columns, dataset_values(file, "further_losses").T, strict=True))
    if "snapshots" in file:
        iterations = map(int, file["snapshots"].attrs["iterations"])
        found["snapshots"] = dict(zip(iterations, dataset_values(file, "snapshots"), strict=True))
    if "samples" in file:
        found["samples"] = dataset_values(file, "samples").astype(np.float32, copy=False)
    return found


@contextmanager
def _reading(path):
    if not Path(path).is_file():
        raise StorageError(f"{path}: there is no such file")
    try:
        # Network file systems may have no locks, and files are complete as soon as they have their name.
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except UNREADABLE as error:
        raise StorageError(f"{path}: not a whole spectrogram file ({error}); delete it and run again") from error


def dataset_values(file, name):
    """Read all values of a numeric dataset.

    Parameters
    ----------
    file : h5py.File
    name : str

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    StorageError
        If the object is not a dataset, or claims more values than the file can hold.
    KeyError
        If there is no object of this name.
    """
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset):
        raise StorageError(f"{name} is not a dataset")
    # Python's own product, as h5py's overflows.
    claimed = math.prod(dataset.shape) * dataset.dtype.itemsize
    if dataset.dtype.kind not in "fiu" or claimed > _DEFLATE_RATIO * file.id.get_filesize():
        raise StorageError(
            f"{name} claims {dataset.shape} values of type {dataset.dtype}, which the file does not hold"
        )
    return dataset[:]


def _get_spectrogram(file):
    sample_rate, n_fft, hop_length = (int(file.attrs[name]) for name in ("sample_rate", "n_fft", "hop_length"))
    if min(sample_rate, n_fft, hop_length) < 1:
        raise StorageError(f"sample_rate {sample_rate}, n_fft {n_fft}, hop_length {hop_length}: expected all above 0")
    log_magnitude = dataset_values(file, "log_magnitude").astype(np.float32, copy=False)
    if log_magnitude.ndim != 2 or log_magnitude.shape[0] != n_fft // 2 + 1 or log_magnitude.shape[1] < 1:
        raise StorageError(f"log_magnitude has shape {log_magnitude.shape}, expected ({n_fft // 2 + 1}, frames)")
    if not np.isfinite(log_magnitude).all() or log_magnitude.min() < 0:
        raise StorageError("log_magnitude holds values that are negative or not finite")
    return Spectrogram(
        log_magnitude,
        sample_rate,
        n_fft,
        hop_length,
        str(file.attrs["window"]),
        str(file.attrs["scale"]),
    )
