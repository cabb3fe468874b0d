"""Recordings are read, or refused with what is wrong with them; what is written is read back exactly."""

import os
import struct
import time
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
import soundfile
from signals import noise

from texture_core.audio.recording import check_recording, prepare_audio, read_audio, read_recording, write_audio
from texture_core.errors import AudioError, StorageError
from texture_core.parameters.method import AudioParameters
from texture_core.spectrogram.log_magnitude import log_spectrogram


def test_a_long_recording_is_read_whole(tmp_path):
    samples = noise(600_001).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, 48000, subtype="FLOAT")
    read, _ = read_recording(tmp_path / "a.wav")
    np.testing.assert_array_equal(read, samples)
    assert 240_000 <= len(read_recording(tmp_path / "a.wav", 5.0)[0]) < 300_000
    assert len(read_recording(tmp_path / "a.wav", 100.0)[0]) == 600_001


@pytest.mark.parametrize("name", ["two words.wav", "pluie d'été, 雨.wav", 'a"b$(c);d.wav', "-n.wav", "UPPER.WAV"])
def test_names_of_every_kind(name, tmp_path):
    soundfile.write(tmp_path / name, noise(8000), 8000)
    assert check_recording(tmp_path / name) == {"duration": 1.0, "sample_rate": 8000, "channels": 1}


def write_wav_header(path, claimed, data, channels=1, rate=16000):
    """A 16-bit WAV file whose header claims so many bytes of data."""
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", min(claimed + 36, 0xFFFFFFFF))
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
        + b"data"
        + struct.pack("<I", claimed)
        + data
    )


def with_sample(value):
    samples = noise(1000).astype(np.float32)
    samples[640] = value
    return samples


BAD = {
    "missing": (lambda path: None, "no such file"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "empty": (lambda path: path.touch(), r"empty \(0 bytes\)"),
    "text": (lambda path: path.write_text("This is no sound.\n" * 100), "not audio that can be read.*convert it"),
    "bytes": (lambda path: path.write_bytes(bytes(range(256)) * 20), "not audio that can be read"),
    "header alone": (lambda path: write_wav_header(path, 0, b""), "no samples"),
    "claimed data absent": (lambda path: write_wav_header(path, 32000, b""), "no samples"),
    "half a header": (lambda path: path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfm"), "not audio that can be read"),
    "NaN": (
        lambda path: soundfile.write(path, with_sample(np.nan), 16000, subtype="FLOAT"),
        r"1 samples are NaN or infinite, the first at 0\.040 s",
    ),
    "infinite": (lambda path: soundfile.write(path, with_sample(-np.inf), 16000, subtype="FLOAT"), "NaN or infinite"),
    "beyond single precision": (
        lambda path: soundfile.write(path, with_sample(0).astype(float) * 1e300, 16000, subtype="DOUBLE"),
        "NaN or infinite",
    ),
    "zeros": (lambda path: soundfile.write(path, np.zeros(1000), 16000), "all samples are zero"),
    "zeros of 8 bit": (
        lambda path: soundfile.write(path, np.zeros(1000), 16000, subtype="PCM_U8"),
        "all samples are zero",
    ),
    "channels cancel": (
        lambda path: soundfile.write(path, noise(1000) * [1, -1], 16000, subtype="FLOAT"),
        "mixed to mono, is silent",
    ),
    "channels cancel and are resampled": (
        lambda path: soundfile.write(path, noise(1000) * [1, -1], 44100, subtype="FLOAT"),
        "mixed to mono, is silent",
    ),
    "absurd rate": (lambda path: write_wav_header(path, 200, bytes(range(200)), rate=10), "sample rate 10 Hz"),
    "too short": (lambda path: soundfile.write(path, noise(399), 16000), r"lasts 0\.025 s, expected at least 0\.025"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_recordings(kind, tmp_path):
    make, message = BAD[kind]
    path = tmp_path / "Störung 1.wav"
    make(path)
    with pytest.raises(AudioError, match=message) as caught:
        check_recording(path, AudioParameters(), minimum_seconds=400 / 16000)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", ["raw", "RAW", "txt", "flac", "mp3", "ogg", "aiff", "py", ""])
def test_text_is_no_audio_under_any_name(suffix, tmp_path):
    path = tmp_path / f"a.{suffix}"
    path.write_text("This is no sound.\n" * 100)
    with pytest.raises(AudioError, match="not audio that can be read"):
        read_recording(path)


@contextmanager
def closed(folder):
    """Without permission to search a folder; root, who may, becomes somebody else meanwhile."""
    root = os.geteuid() == 0
    before = folder.stat().st_mode
    folder.chmod(0)
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(before)


def test_a_folder_that_may_not_be_searched(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(1000), 16000)
    with closed(tmp_path), pytest.raises(AudioError, match="no such file, or its folder cannot be searched"):
        read_recording(tmp_path / "a.wav")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(1000), 16000)
    path.chmod(0)
    with pytest.raises(AudioError, match="not audio that can be read"):
        read_recording(path)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "aiff"])
def test_a_truncated_recording_is_read_as_far_as_it_goes_or_refused(suffix, tmp_path):
    whole = tmp_path / f"whole.{suffix}"
    soundfile.write(whole, noise(16000), 16000)
    data = whole.read_bytes()
    outcomes = set()
    for share in (0.001, 0.01, 0.3, 0.7, 0.99):
        path = tmp_path / f"{share}.{suffix}"
        path.write_bytes(data[: int(share * len(data))])
        try:
            samples, _ = read_recording(path)
        except AudioError as error:
            outcomes.add("refused")
            assert str(path) in str(error)
        else:
            outcomes.add("read")
            assert 0 < len(samples) < 16000
    assert "refused" in outcomes


def forged_flac(path):
    """A FLAC file whose header claims 2³⁶ - 1 samples."""
    soundfile.write(path, noise(1000), 16000)
    data = bytearray(path.read_bytes())
    # 4 bytes of magic, 4 of block header, then 13 bytes up to the 36 bits that count the samples.
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    path.write_bytes(data)
    assert soundfile.info(path).frames == 2**36 - 1


@pytest.mark.parametrize(
    ("name", "make", "shape"),
    [
        ("a.wav", lambda path: write_wav_header(path, 0xFFFFFFF0, bytes(range(1, 201)) * 10), (1000, 1)),
        ("a.wav", lambda path: write_wav_header(path, 0xFFFFF000, bytes(range(1, 129)) * 64, channels=1024), (4, 1024)),
        ("a.flac", forged_flac, None),
    ],
    ids=["WAV of 4 GB", "WAV of 4 GB in 1024 channels", "FLAC of 64 G samples"],
)
def test_a_header_that_claims_gigabytes_costs_no_memory(name, make, shape, tmp_path):
    path = tmp_path / name
    make(path)
    tracemalloc.start()
    try:
        if shape is None:
            with pytest.raises(AudioError, match="not audio that can be read"):
                read_recording(path)
        else:
            assert read_recording(path)[0].shape == shape
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 50e6


def test_the_silent_start_of_a_recording_counts_if_only_that_is_kept(tmp_path):
    samples = noise(32000)
    samples[:20000] = 0
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 16000)
    assert check_recording(path)["duration"] == 2.0
    with pytest.raises(AudioError, match=r"zero|silent"):
        check_recording(path, AudioParameters(duration=1.0))


def test_written_audio_is_read_back_exactly(tmp_path):
    samples = noise(1000, level=3.0)[:, 0].astype(np.float32) * 2
    write_audio(tmp_path / "new folder" / "a.wav", samples, 16000)
    read, rate = read_audio(tmp_path / "new folder" / "a.wav")
    assert rate == 16000
    np.testing.assert_array_equal(read, samples)
    information = soundfile.info(tmp_path / "new folder" / "a.wav")
    assert (information.format, information.subtype, information.channels) == ("WAV", "FLOAT", 1)
    assert [path.name for path in (tmp_path / "new folder").iterdir()] == ["a.wav"]


def test_the_same_samples_are_the_same_bytes_at_another_time(tmp_path):
    samples = noise(1000)[:, 0]
    write_audio(tmp_path / "a.wav", samples, 16000)
    # Some writers note the second in the file.
    time.sleep(1.1)
    write_audio(tmp_path / "b.wav", samples, 16000)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_audio_cannot_be_written_below_a_file(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_audio(tmp_path / "file" / "a.wav", noise(100)[:, 0], 16000)


@pytest.mark.corpus
def test_every_recording_of_the_study(corpus_folder):
    suffixes = {f".{name.lower()}" for name in soundfile.available_formats()} | {".aif", ".oga", ".opus"}
    files = sorted(path for path in corpus_folder.iterdir() if path.suffix.lower() in suffixes)
    assert files
    for path in files:
        assert check_recording(path)["duration"] > 1.0
        prepared = prepare_audio(*read_recording(path))
        assert prepared.dtype == np.float32
        assert np.abs(prepared).max() == 1.0
        log_magnitude = log_spectrogram(prepared)
        assert log_magnitude.shape == (257, 1 + len(prepared) // 64)
        assert np.isfinite(log_magnitude).all()
        assert log_magnitude.min() >= 0
        assert log_magnitude.max() > 1
