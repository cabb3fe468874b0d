"""Long recordings are represented by stretches of them, read in constant memory."""

import json
import subprocess
import sys
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from signals import noise

from texture_core.audio.recording import check_recording, read_recording, read_sample, rms
from texture_core.audio.stretches import (
    EVERYTHING,
    LONGEST_SECONDS,
    SAMPLE,
    SHORT_SAMPLE,
    is_long,
    joined,
    sample_of,
    stretches,
)
from texture_core.errors import AudioError
from texture_core.parameters.method import AudioParameters

# So low that minutes are few samples.
RATE = 1000
BOUND = round(LONGEST_SECONDS * RATE)


def long_noise(count=3 * BOUND, channels=2):
    return noise(count, channels).astype(np.float32)


@pytest.fixture
def long_file(tmp_path):
    soundfile.write(tmp_path / "a.wav", long_noise(), RATE, subtype="FLOAT")
    return tmp_path / "a.wav"


@pytest.mark.parametrize("sample", [SAMPLE, SHORT_SAMPLE])
@pytest.mark.parametrize("count", [BOUND + 1, BOUND + 1000, 10 * BOUND + 7, 1000 * BOUND])
def test_there_is_one_stretch_in_each_equal_part(count, sample):
    found = stretches(count, RATE, sample)
    assert found == stretches(count, RATE, sample)
    assert len(found) == sample.stretches
    for number, (start, stop) in enumerate(found):
        assert stop - start == sample.seconds * RATE
        assert number * count // len(found) <= start < stop <= (number + 1) * count // len(found)


def test_stretches_are_not_at_a_fixed_distance():
    """What comes back at regular intervals must not be met each time, or never."""
    starts = np.array(stretches(100 * BOUND, RATE))[:, 0]
    part = 100 * BOUND / len(starts)
    assert np.std(starts % part) > 0.15 * part


def test_a_recording_up_to_the_bound_is_used_whole(tmp_path):
    samples = long_noise(BOUND)
    assert not is_long(BOUND, RATE)
    assert stretches(BOUND, RATE) == EVERYTHING
    assert sample_of(samples, RATE) is samples
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    found = read_sample(tmp_path / "a.wav")
    np.testing.assert_array_equal(found.samples, samples)
    assert (found.sample_rate, found.seconds, found.is_sample) == (RATE, BOUND / RATE, False)


def test_joined_stretches_keep_their_level():
    parts = [noise(4000, seed=seed) for seed in range(8)]
    found = joined(parts, RATE)
    assert len(found) == 8 * 4000 - 7 * 50
    fades = np.concatenate([found[number * 3950 : number * 3950 + 50] for number in range(1, 8)])
    assert rms(fades) == pytest.approx(0.1, rel=0.1)
    np.testing.assert_array_equal(found[50:3950], parts[0][50:3950])


@pytest.mark.parametrize(("suffix", "rate"), [("wav", RATE), ("flac", RATE), ("ogg", 8000)])
def test_what_is_read_of_a_file_is_the_sample_of_all_of_it(suffix, rate, tmp_path):
    path = tmp_path / f"a.{suffix}"
    # Block by block, because the Vorbis encoder of libsndfile overflows its stack on long arrays.
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for seed in range(150):
            file.write(noise(rate, seed=seed))
    whole, _ = read_recording(path)
    found = read_sample(path)
    assert found.is_sample
    assert found.seconds == len(whole) / rate
    assert found.samples.dtype == np.float32
    np.testing.assert_array_equal(found.samples, sample_of(whole, rate))


def test_a_long_recording_that_was_cut_off(long_file):
    """Its header still tells the length that it had."""
    data = long_file.read_bytes()
    long_file.write_bytes(data[: 6 * len(data) // 10])
    whole, _ = read_recording(long_file)
    assert len(whole) < 2 * BOUND
    np.testing.assert_array_equal(read_sample(long_file).samples, sample_of(whole, RATE))


def test_what_is_left_of_a_cut_recording_may_be_short(long_file):
    data = long_file.read_bytes()
    long_file.write_bytes(data[: len(data) // 10])
    found = read_sample(long_file)
    assert not found.is_sample
    np.testing.assert_array_equal(found.samples, read_recording(long_file)[0])


def test_only_the_wanted_duration_is_sampled(long_file):
    whole, _ = read_recording(long_file, 200.0)
    found = read_sample(long_file, 200.0)
    assert found.is_sample
    np.testing.assert_array_equal(found.samples, sample_of(whole, RATE))
    assert not read_sample(long_file, 20.0).is_sample


def outside(count):
    """A frame of no stretch."""
    found = stretches(count, RATE)
    return next(end for (_, end), (following, _) in pairwise(found) if end + 20 < following)


def test_all_of_the_file_is_checked(tmp_path):
    samples = long_noise()
    frame = outside(len(samples))
    samples[frame, 1] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match=f"1 samples are NaN or infinite, the first at {frame / RATE:.3f} s"):
        read_sample(tmp_path / "a.wav")


def test_silence_with_one_sound_is_sampled_from_that_on(tmp_path):
    samples = np.zeros_like(long_noise())
    frame = outside(len(samples))
    samples[frame : frame + 20] = 0.5
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    found = read_sample(tmp_path / "a.wav")
    start = min(frame, len(samples) - BOUND)
    np.testing.assert_array_equal(found.samples, samples[start : start + BOUND])
    np.testing.assert_array_equal(sample_of(samples, RATE), found.samples)


def test_long_silence_is_refused(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(2 * BOUND), RATE)
    with pytest.raises(AudioError, match="all samples are zero"):
        read_sample(tmp_path / "a.wav")


def test_levels_that_change_count_as_they_are_spread(tmp_path):
    """A recording that grows by 40 dB from end to end."""
    samples = long_noise(20 * BOUND, 1) * np.logspace(-2, 0, 20 * BOUND, dtype=np.float32)[:, None]
    assert 20 * np.log10(rms(sample_of(samples, RATE)) / rms(samples)) == pytest.approx(0, abs=0.5)


def test_the_check_of_a_long_recording_tells_its_own_duration(long_file):
    assert check_recording(long_file)["duration"] == 3 * BOUND / RATE
    assert check_recording(long_file, AudioParameters(duration=200.0))["duration"] == 200.0


def test_memory_does_not_grow_with_the_recording(tmp_path):
    path = tmp_path / "a.wav"
    with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as file:
        for seed in range(40):
            file.write(noise(BOUND, seed=seed))
    tracemalloc.start()
    try:
        read_sample(path)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    # All of it is 20 MB, the sample and the copy without its joins half a MB each, and a block is 1 MB.
    assert peak < 6e6


@pytest.mark.slow
def test_half_an_hour_takes_no_more_than_its_share_of_memory(tmp_path):
    path = tmp_path / "field.flac"
    with soundfile.SoundFile(path, "w", 44100, 2, subtype="PCM_16") as file:
        for seed in range(180):
            file.write(noise(441000, 2, seed=seed))
    made = tmp_path / "a.wav"
    command = ["synthesize", str(path), "-o", str(made), "--duration", "8", "--preset", "quick", "--iterations", "2"]
    code = (
        "import json, resource, sys; from texture_core.command_line import main; main(sys.argv[1:]); "
        "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--threads", "1"], check=True, capture_output=True, text=True
    )
    assert "lasts 1800 s: its statistics are those of 16 stretches of 8 s" in done.stderr
    assert json.loads(done.stdout) * 1024 < 1.2e9
    assert soundfile.info(made).duration == pytest.approx(8.0)
