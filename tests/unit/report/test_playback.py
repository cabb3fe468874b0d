"""Sounds for listening: equally loud, never clipped, compressed without loss, the same bytes for the same samples."""

import numpy as np
import pytest
import soundfile

from texture_core.audio.loudness import loudness
from texture_core.errors import StorageError
from texture_core.report.playback import write_matched


@pytest.fixture
def sounds(tmp_path):
    """A steady noise beyond full scale, and sparse clicks, whose peak is far above their loudness."""
    generator = np.random.default_rng(0)
    clicks = np.zeros(16000, np.float32)
    clicks[::4000] = 1.0
    made = {"noise": generator.standard_normal(16000).astype(np.float32), "clicks": clicks}
    for name, samples in made.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, 16000, subtype="FLOAT")
    return [(tmp_path / f"{name}.wav", tmp_path / "out" / f"{name}.flac") for name in made]


def test_loud_and_sparse_sounds_become_equally_loud_without_clipping(sounds):
    write_matched(sounds)
    written = [soundfile.read(target) for _, target in sounds]
    levels = [loudness(samples, sample_rate) for samples, sample_rate in written]
    assert levels[0] == pytest.approx(levels[1], abs=0.1)
    assert levels[0] < -23  # the clicks' peak allows no more
    assert max(np.abs(samples).max() for samples, _ in written) == pytest.approx(10 ** (-1 / 20), abs=1e-3)


def test_a_sound_by_itself_reaches_the_target(sounds):
    (playback,) = write_matched(sounds[:1])
    samples, sample_rate = soundfile.read(sounds[0][1])
    assert loudness(samples, sample_rate) == pytest.approx(-23, abs=0.01)
    assert playback.seconds == 1.0
    source, _ = soundfile.read(sounds[0][0])
    np.testing.assert_allclose(samples, source * 10 ** (playback.gain / 20), atol=1 / 32767)


def test_the_files_are_flac_and_the_same_every_time(sounds):
    write_matched(sounds)
    before = [target.read_bytes() for _, target in sounds]
    write_matched(sounds)
    assert before == [target.read_bytes() for _, target in sounds]
    assert [soundfile.info(target).subtype for _, target in sounds] == ["PCM_16"] * 2
    assert [content[:4] for content in before] == [b"fLaC"] * 2


def test_what_cannot_be_jumped_to_is_four_frames_long(sounds):
    playbacks = write_matched(sounds)
    for playback, (_, target) in zip(playbacks, sounds, strict=True):
        # STREAMINFO: the smallest and the largest frame.
        frames = target.read_bytes()[8:12]
        assert frames == 2 * (1152).to_bytes(2, "big")
        assert playback.reach == 1 - 4 * 1152 / 16000


def test_silence_and_channels_pass(tmp_path):
    silence, stereo = tmp_path / "silence.wav", tmp_path / "stereo.wav"
    soundfile.write(silence, np.zeros(8000), 16000, subtype="FLOAT")
    noise = 0.1 * np.random.default_rng(0).standard_normal((16000, 2))
    soundfile.write(stereo, noise, 44100, subtype="FLOAT")
    quiet, loud = write_matched([(silence, tmp_path / "silence.flac"), (stereo, tmp_path / "stereo.flac")])
    assert quiet.gain == 0.0 and not soundfile.read(tmp_path / "silence.flac")[0].any()
    written, sample_rate = soundfile.read(tmp_path / "stereo.flac")
    assert written.shape == (16000, 2) and sample_rate == 44100
    np.testing.assert_allclose(written, noise * 10 ** (loud.gain / 20), atol=1 / 32767)


def test_what_cannot_be_read_is_named(tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(StorageError, match=r"broken\.wav: not a sound"):
        write_matched([(broken, tmp_path / "out.flac")])
    with pytest.raises(StorageError, match=r"absent\.wav: no such file, which"):
        write_matched([(tmp_path / "absent.wav", tmp_path / "out.flac")])
    assert list(tmp_path.iterdir()) == [broken]


def test_of_long_sounds_the_first_two_minutes_are_heard(tmp_path):
    rate = 1000
    samples = np.random.default_rng(0).normal(0, 0.1, 130 * rate)
    soundfile.write(tmp_path / "long.wav", samples, rate, subtype="FLOAT")
    sounds = [(tmp_path / "long.wav", tmp_path / f"{name}.flac") for name in ("long", "loop")]
    heard, loop = write_matched(sounds, [False, True])
    assert (heard.seconds, heard.source_seconds, heard.repeats) == (120.0, 130.0, 1)
    assert len(soundfile.read(tmp_path / "long.flac")[0]) == 120 * rate
    # A loop is only seamless as a whole.
    assert (loop.seconds, loop.source_seconds, loop.repeats) == (260.0, 130.0, 2)
