"""Compute a synthesis again from its record, and compare the results."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from texture_core.audio.recording import read_audio
from texture_core.errors import StorageError
from texture_core.parameters.mapping import read_back
from texture_core.parameters.method import Parameters
from texture_core.records.provenance import recorded, spectrogram_sum, without_clock
from texture_core.records.spectrogram_files import LOSS_COLUMNS, read_spectrogram, read_synthesis

_NEEDED = ("parameters", "texture", "setting", "seed", "device", "threads", "provenance")


@dataclass(frozen=True)
class Comparison:
    """Differences between two synthesis files.

    Attributes
    ----------
    same_bytes : bool
        Whether the files are identical.
    same_values : bool
        Whether all computed values are identical to the bit, apart from the elapsed seconds.
    maximum_difference : float
        Maximum difference of the log spectrograms; NaN if the shapes differ.
    lines : tuple of str
        A description, including differences between the records.
    """

    same_bytes: bool
    same_values: bool
    maximum_difference: float
    lines: tuple


def recreate(path, spectrogram, *, audio=None, device=None, progress=None):
    """Compute a synthesis again.

    Parameters
    ----------
    path : path
        A synthesis file with a provenance record.
    spectrogram : path
        The spectrogram that it was made from; its checksum must match the record.
    audio : path, optional
        The prepared recording, for methods that use samples.
    device : {'cpu', 'cuda'}, optional
        Default: the recorded one.
    progress : callable, optional
        See `texture_core.methods.synthesize_spectrogram.synthesize_spectrogram`.

    Returns
    -------
    Synthesis
        Without elapsed times.

    Raises
    ------
    StorageError
        If a file cannot be read, the synthesis has no record, or the inputs do not match the record.
    """
    synthesis = read_synthesis(path)
    record = recorded(synthesis)
    missing = [name for name in _NEEDED if name not in synthesis.attributes]
    if missing or not isinstance(record.get("inputs"), dict):
        raise StorageError(f"{path}: expected a synthesis with its record, found no {', '.join(missing) or 'inputs'}")
    target = read_spectrogram(spectrogram)
    _expect_sum(spectrogram, spectrogram_sum(target), record["inputs"].get("spectrogram"))
    if "samples" in record["inputs"] and audio is None:
        raise StorageError(f"{path}: was made from the recording's samples too; pass the prepared recording as --audio")
    attributes = synthesis.attributes
    if not isinstance(attributes["parameters"], dict):
        raise StorageError(f"{path}: attribute parameters: expected a mapping, found something else")
    parameters = read_back(Parameters, attributes["parameters"])
    samples = read_audio(audio)[0] if audio else None
    # It imports torch, which takes seconds: what is wrong with the files is told before.
    from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram

    again = synthesize_spectrogram(
        target,
        parameters,
        seed=_whole(path, attributes, "seed"),
        texture=str(attributes["texture"]),
        setting=str(attributes["setting"]),
        device=device or str(attributes["device"]),
        threads=_whole(path, attributes, "threads"),
        progress=progress,
        target_samples=samples,
        code=record.get("code"),
    )
    found = recorded(again)["inputs"]
    for name in ("samples", "weights"):
        _expect_sum(f"{path}: the {name}", found.get(name), record["inputs"].get(name))
    # The choice of the weights is not part of the computation.
    kept = {name: attributes[name] for name in ("choice",) if name in attributes}
    again, _ = without_clock(again)
    return replace(again, attributes=again.attributes | kept)


def _whole(path, attributes, name):
    value = attributes[name]
    if not isinstance(value, int):
        raise StorageError(f"{path}: attribute {name}: expected a whole number, found {value!r}")
    return value


def _expect_sum(name, found, expected):
    if found != expected:
        raise StorageError(
            f"{name}: expected the input with SHA-256 {expected}, found {found}; pass the input of the record"
        )


def compare(first, second):
    """Compare two synthesis files.

    Parameters
    ----------
    first, second : path

    Returns
    -------
    Comparison
    """
    same_bytes = Path(first).read_bytes() == Path(second).read_bytes()
    one, other = read_synthesis(first), read_synthesis(second)
    a, b = one.spectrogram.log_magnitude, other.spectrogram.log_magnitude
    difference = float(np.abs(a - b).max()) if a.shape == b.shape else float("nan")
    same_values = _values(one) == _values(other)
    if same_bytes:
        return Comparison(True, True, difference, ("the same bytes",))
    lines = ["the same values, to the bit" if same_values else f"other values: differs by up to {difference:.6g}"]
    mine, theirs = (item.attributes | {"provenance": recorded(item)} for item in (one, other))
    lines += [f"  {name}: {old} before, {new} now" for name, old, new in _differences(mine, theirs, "")]
    return Comparison(False, same_values, difference, tuple(lines))


def _values(synthesis):
    """Return all computed values as bytes."""
    loss = np.delete(synthesis.loss, LOSS_COLUMNS.index("seconds"), axis=1)
    arrays = {"log_magnitude": synthesis.spectrogram.log_magnitude, "loss": loss}
    arrays |= {f"further {name}": values for name, values in synthesis.further_losses.items()}
    arrays |= {f"snapshot {iteration}": values for iteration, values in synthesis.snapshots.items()}
    if synthesis.samples is not None:
        arrays["samples"] = synthesis.samples
    return {name: (values.shape, values.tobytes()) for name, values in arrays.items()}


def _differences(one, other, prefix):
    for name in sorted({*one, *other}):
        old, new = one.get(name, "nothing"), other.get(name, "nothing")
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{prefix}{name}.")
        elif old != new:
            yield f"{prefix}{name}", old, new
