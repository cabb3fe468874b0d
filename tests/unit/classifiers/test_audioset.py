"""The reader of the released AudioSet embeddings."""

import numpy as np
import pytest
from embedding_files import sequence_example, write_records

from texture_core.classifiers.audioset import crc32c, parse_clip, read_clips, read_examples
from texture_core.errors import StorageError
from texture_core.runtime.randomness import numpy_generator


@pytest.fixture
def embeddings():
    return numpy_generator(0, "embeddings").integers(0, 256, (10, 128), dtype=np.uint8)


@pytest.fixture
def record_file(tmp_path, embeddings):
    path = tmp_path / "00.tfrecord"
    write_records(path, [sequence_example("first", [0, 300], embeddings), sequence_example("second", [526], [])])
    return path


@pytest.mark.parametrize(
    ("content", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        # RFC 3720, appendix B.4.
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_crc32c_of_the_published_examples(content, crc):
    assert crc32c(content) == crc


@pytest.mark.parametrize("length", [1, 3, 4, 2047, 2048, 2049, 2051, 5000])
def test_crc32c_of_any_length_is_that_bit_by_bit(length):
    content = numpy_generator(0, "crc", length).bytes(length)
    register = 0xFFFFFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(content) == register ^ 0xFFFFFFFF


@pytest.mark.parametrize("packed", [True, False])
def test_clip_is_what_was_serialised(embeddings, packed):
    clip = parse_clip(sequence_example("--aE2O5G5WE", [0, 137, 526], embeddings, packed=packed))
    assert (clip.video_id, clip.start, clip.end, clip.labels) == ("--aE2O5G5WE", 0.5, 10.5, (0, 137, 526))
    np.testing.assert_array_equal(clip.embeddings, embeddings)


def test_examples_carry_the_labels_of_their_clip(tmp_path, record_file, embeddings):
    write_records(tmp_path / "01.tfrecord", [sequence_example("third", [1, 2], embeddings[:3])])
    examples = read_examples([tmp_path])
    np.testing.assert_array_equal(examples.embeddings, np.concatenate([embeddings, embeddings[:3]]))
    assert examples.clips.tolist() == [0] * 10 + [2] * 3
    assert examples.labels.shape == (3, 527)
    assert [np.flatnonzero(row).tolist() for row in examples.labels] == [[0, 300], [526], [1, 2]]


def test_truncated_file_is_explained(record_file):
    content = record_file.read_bytes()
    record_file.write_bytes(content[:-10])
    with pytest.raises(StorageError, match=r"00\.tfrecord: record 2 is cut short: the last 10 bytes are missing"):
        list(read_clips(record_file))
    record_file.write_bytes(content[:7])
    with pytest.raises(StorageError, match=r"00\.tfrecord: record 1 is cut short; fetch the file again"):
        list(read_clips(record_file))


@pytest.mark.parametrize(("position", "problem"), [(3, "damaged in its length"), (200, "damaged")])
def test_damaged_file_is_explained(record_file, position, problem):
    content = bytearray(record_file.read_bytes())
    content[position] ^= 4
    record_file.write_bytes(content)
    with pytest.raises(StorageError, match=rf"00\.tfrecord: record 1 is {problem}; fetch the file again"):
        list(read_clips(record_file))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\x0a\x05ab",
        b"plain text",
        sequence_example("x", [1], np.zeros((1, 64))),
        # A number in place of a message, and of a key; a number without an end.
        b"\x08\x05",
        b"\x0a\x02\x08\x05",
        b"\xff" * 200_000,
    ],
    ids=["nothing", "cut short", "text", "narrow embeddings", "number for message", "number for key", "endless number"],
)
def test_other_records_are_explained(tmp_path, record):
    path = tmp_path / "other.tfrecord"
    write_records(path, [record])
    with pytest.raises(StorageError, match=r"other\.tfrecord: record 1 is not a tf\.SequenceExample as AudioSet"):
        list(read_clips(path))


def test_labels_beyond_the_classes_are_refused(record_file):
    with pytest.raises(StorageError, match=r"clip first: labels \(0, 300\), expected indices of 0 to 299"):
        read_examples([record_file], classes=300)


def test_nothing_to_read_is_explained(tmp_path):
    with pytest.raises(StorageError, match="no such file"):
        read_examples([tmp_path / "absent.tfrecord"])
    with pytest.raises(StorageError, match=r"no \.tfrecord file in this folder"):
        read_examples([tmp_path])
    (tmp_path / "empty.tfrecord").touch()
    with pytest.raises(StorageError, match="the files hold no clip"):
        read_examples([tmp_path])
