"""Read the released AudioSet embeddings, TFRecord files of ``tf.SequenceExample``, without TensorFlow.

A record describes a clip by its labels and one 128-dimensional VGGish embedding per second, quantised to 8 bits.
Sources: the AudioSet download page; ``core/example/{example,feature}.proto`` and ``core/lib/io/record_writer`` of
TensorFlow.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from texture_core.errors import StorageError

CLASSES = 527
EMBEDDING = 128


@dataclass(frozen=True)
class Clip:
    """One labelled clip.

    Attributes
    ----------
    video_id : str
    start, end : float
        Seconds from the start of the video.
    labels : tuple of int
        Class indices.
    embeddings : numpy.ndarray
        (seconds, 128), uint8.
    """

    video_id: str
    start: float
    end: float
    labels: tuple
    embeddings: np.ndarray


@dataclass(frozen=True)
class Examples:
    """Embeddings with the labels of their clips.

    Attributes
    ----------
    embeddings : numpy.ndarray
        (examples, 128), uint8.
    clips : numpy.ndarray
        (examples,), row of `labels` for each embedding.
    labels : numpy.ndarray
        (clips, classes), bool.
    """

    embeddings: np.ndarray
    clips: np.ndarray
    labels: np.ndarray


def read_examples(paths, classes=CLASSES):
    """Read the embeddings of several record files.

    Parameters
    ----------
    paths : iterable of path
        Files, or folders whose ``*.tfrecord`` files are all read in alphabetical order.
    classes : int

    Returns
    -------
    Examples

    Raises
    ------
    StorageError
        If there are no files, a file is damaged or truncated, or a label is outside 0 to `classes` - 1.
    """
    clips = [clip for path in _files(paths) for clip in read_clips(path)]
    labels = np.zeros((len(clips), classes), dtype=bool)
    for row, clip in zip(labels, clips, strict=True):
        if any(not 0 <= label < classes for label in clip.labels):
            raise StorageError(f"clip {clip.video_id}: labels {clip.labels}, expected indices of 0 to {classes - 1}")
        row[list(clip.labels)] = True
    seconds = [len(clip.embeddings) for clip in clips]
    if not sum(seconds):
        raise StorageError("embeddings: the files hold no clip; name TFRecord files of the released embeddings")
    embeddings = np.concatenate([clip.embeddings for clip in clips])
    return Examples(embeddings, np.repeat(np.arange(len(clips)), seconds), labels)


def _files(paths):
    files = []
    for path in map(Path, paths):
        found = sorted(path.rglob("*.tfrecord")) if path.is_dir() else [path]
        if not found:
            raise StorageError(f"{path}: there is no .tfrecord file in this folder")
        files += found
    return files


def read_clips(path):
    """Read a record file.

    Parameters
    ----------
    path : path

    Yields
    ------
    Clip

    Raises
    ------
    StorageError
        If the file is missing, damaged or truncated; the message names the record.
    """
    for number, record in enumerate(read_records(path), start=1):
        try:
            yield parse_clip(record)
        except (LookupError, ValueError, TypeError, AttributeError, struct.error) as error:
            raise StorageError(
                f"{path}: record {number} is not a tf.SequenceExample as AudioSet's embeddings are ({error!r}); name "
                "the released TFRecord files"
            ) from error


def read_records(path):
    """Read the payloads of a TFRecord file and verify their checksums.

    Yields
    ------
    bytes

    Raises
    ------
    StorageError
        As `read_clips`.
    """
    path = Path(path)
    if not path.is_file():
        raise StorageError(f"{path}: there is no such file")
    size = path.stat().st_size
    with open(path, "rb") as file:
        number = 0
        while header := file.read(12):
            number += 1
            _expect(len(header) == 12, path, number, "cut short")
            _expect(masked_crc32c(header[:8]) == _little_endian(header[8:]), path, number, "damaged in its length")
            length = _little_endian(header[:8])
            missing = file.tell() + length + 4 - size
            _expect(missing <= 0, path, number, f"cut short: the last {missing} bytes are missing")
            record = file.read(length)
            _expect(masked_crc32c(record) == _little_endian(file.read(4)), path, number, "damaged")
            yield record


def _expect(condition, path, number, problem):
    if not condition:
        raise StorageError(f"{path}: record {number} is {problem}; fetch the file again")


def _little_endian(content):
    return int.from_bytes(content, "little")


def masked_crc32c(content):
    """Compute the checksum of TFRecord: CRC-32C, rotated right by 15 bits, plus a constant."""
    crc = crc32c(content)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(content):
    """Compute the CRC-32C (Castagnoli) of bytes, an int."""
    state = 0xFFFFFFFF
    values = np.frombuffer(content, dtype=np.uint8)
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK].copy()
        # The checksum is linear: the state acts like an XOR with the first four bytes, and the effect of a byte
        # depends only on the number of bytes after it.
        mixed = min(4, len(block))
        block[:mixed] ^= np.frombuffer(state.to_bytes(4, "little"), dtype=np.uint8)[:mixed]
        effects = _EFFECTS[np.arange(len(block) - 1, -1, -1), block]
        state = int(np.bitwise_xor.reduce(effects)) ^ (state >> 8 * mixed)
    return state ^ 0xFFFFFFFF


def _crc_effects(length):
    # effects[d, b]: the register after byte b and d zero bytes.
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(0x82F63B78), table >> 1)
    effects = np.empty((length, 256), dtype=np.uint32)
    effects[0] = table
    for distance in range(1, length):
        effects[distance] = effects[distance - 1] >> 8 ^ table[effects[distance - 1] & 255]
    return effects


_BLOCK = 2048
_EFFECTS = _crc_effects(_BLOCK)


def parse_clip(record):
    """Parse a serialised ``tf.SequenceExample`` into a `Clip`."""
    parts = dict(_fields(record))
    context = dict(_map_entry(entry) for _, entry in _fields(parts.get(1, b"")))
    lists = dict(_map_entry(entry) for _, entry in _fields(parts.get(2, b"")))
    embeddings = [_bytes(feature) for _, feature in _fields(lists["audio_embedding"])]
    if any(len(embedding) != EMBEDDING for embedding in embeddings):
        raise ValueError(f"embeddings of {sorted({len(e) for e in embeddings})} bytes, expected {EMBEDDING}")
    return Clip(
        _bytes(context["video_id"]).decode(),
        _float(context["start_time_seconds"]),
        _float(context["end_time_seconds"]),
        tuple(_integers(context["labels"])),
        np.frombuffer(b"".join(embeddings), dtype=np.uint8).reshape(-1, EMBEDDING),
    )


def _fields(message):
    # Wire format of protocol buffers: pairs of a field number and a value, an int or bytes.
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        kind = key & 7
        if kind == 0:
            value, position = _varint(message, position)
        else:
            if kind == 2:
                length, position = _varint(message, position)
            elif kind in (1, 5):
                length = 8 if kind == 1 else 4
            else:
                raise ValueError(f"wire type {kind}")
            value = message[position : position + length]
            if len(value) < length:
                raise ValueError("a field is cut short")
            position += length
        yield key >> 3, value


def _varint(message, position):
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("an integer of more than 64 bits")


def _map_entry(entry):
    parts = dict(_fields(entry))
    return parts[1].decode(), parts.get(2, b"")


def _values(feature, kind):
    # Values of a tf.train.Feature, which contains one list: of bytes (1), floats (2) or integers (3).
    return [value for _, value in _fields(dict(_fields(feature)).get(kind, b""))]


def _bytes(feature):
    (value,) = _values(feature, 1)
    return value


def _float(feature):
    (value,) = struct.unpack("<f", _values(feature, 2)[0])
    return value


def _integers(feature):
    for value in _values(feature, 3):
        if isinstance(value, int):
            yield value
            continue
        position = 0
        while position < len(value):
            number, position = _varint(value, position)
            yield number
