"""Fades and loop points of sound files."""

import numpy as np
import pytest
import soundfile
from wavinfo import WavInfoReader

from texture_core.audio.fades import fade_gain
from texture_core.audio.loop_points import write_loop_points


@pytest.mark.parametrize(("length", "fade"), [(100, 10), (101, 50), (7, 3), (4, 2)])
def test_fades_rise_from_nothing_to_all_and_fall_alike(length, fade):
    gain = fade_gain(np.arange(length), length, fade)
    assert gain.dtype == np.float32
    np.testing.assert_array_equal(gain, gain[::-1])
    assert np.all(np.diff(gain[:fade]) > 0)
    assert 0 < gain[0] < 1.5 / fade**2
    assert np.all(gain[fade : length - fade] == 1)
    # Equal power of two that cross, at any moment.
    np.testing.assert_allclose(gain[:fade] + gain[:fade][::-1], 1, atol=1e-6)


def test_blocks_of_a_fade_are_parts_of_the_whole():
    whole = fade_gain(np.arange(1000), 1000, 300)
    blocks = [fade_gain(np.arange(start, start + 100), 1000, 300) for start in range(0, 1000, 100)]
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_without_a_fade_nothing_changes():
    assert np.all(fade_gain(np.arange(5), 5, 0) == 1)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize(("length", "channels"), [(1000, 1), (1001, 1), (1001, 2)])
@pytest.mark.parametrize("rate", [16000, 44100])
def test_an_independent_reader_finds_the_loop_and_the_samples_stay(tmp_path, subtype, length, channels, rate):
    path = tmp_path / "loop.wav"
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (length, channels))
    soundfile.write(path, samples, rate, subtype=subtype)
    before = soundfile.read(path)[0]
    write_loop_points(path, length, rate)
    np.testing.assert_array_equal(soundfile.read(path)[0], before)
    info = WavInfoReader(str(path))
    (loop,) = info.smpl.sample_loops
    assert (loop.start, loop.end, loop.loop_type, loop.repetition_count) == (0, length - 1, 0, 0)
    facts = info.smpl.to_dict()
    assert (facts["sample_period_ns"], facts["midi_note"]) == (round(1e9 / rate), 60)
    assert info.data.frame_count == length
    # The size in the header is that of the file.
    assert int.from_bytes(path.read_bytes()[4:8], "little") == path.stat().st_size - 8
