"""What the listening page makes of sounds of any rate, channels and length, and of loops."""

import numpy as np
import pytest
import soundfile

from texture_core.report.listening_media import Sound, TextureRow, write_media
from texture_core.report.playback import write_matched
from texture_core.report.sound_picture import sound_spectrogram

RATE = 22050


def write(path, seconds, channels=2, frequency=2000.0, rate=RATE):
    time = np.arange(round(seconds * rate)) / rate
    soundfile.write(path, np.stack([0.2 * np.sin(2 * np.pi * frequency * time)] * channels, axis=1), rate)
    return path


def test_a_loop_is_heard_without_a_pause(tmp_path):
    loop = write(tmp_path / "loop.wav", 5.0, frequency=440.0)
    plain = write(tmp_path / "plain.wav", 3.0)
    found = write_matched([(loop, tmp_path / "loop.flac"), (plain, tmp_path / "plain.flac")], [True, False])
    assert [(one.repeats, one.channels, one.sample_rate) for one in found] == [(3, 2, RATE), (1, 2, RATE)]
    assert [one.seconds for one in found] == [15.0, 3.0]
    samples, _ = soundfile.read(tmp_path / "loop.flac")
    count = 5 * RATE
    assert (samples[:count] == samples[count : 2 * count]).all()
    assert (samples[:count] == samples[2 * count :]).all()
    # The longest is heard twice as well.
    (long,) = write_matched([(write(tmp_path / "long.wav", 20.0, 1), tmp_path / "long.flac")], [True])
    assert (long.repeats, long.channels, long.seconds) == (2, 1, 40.0)


@pytest.mark.parametrize(("seconds", "rate"), [(0.01, 22050), (1.0, 96000), (90.0, 8000)])
def test_the_picture_of_a_sound_has_its_frequencies_and_is_small(tmp_path, seconds, rate):
    path = write(tmp_path / "tone.wav", seconds, rate=rate)
    spectrogram = sound_spectrogram(path, path)
    values = spectrogram.log_magnitude
    assert spectrogram.sample_rate == rate
    assert values.shape[1] * spectrogram.hop_length == pytest.approx(seconds * rate, rel=0.02, abs=rate / 10)
    strongest = values[:, values.shape[1] // 3].argmax() * rate / spectrogram.n_fft
    assert strongest == pytest.approx(2000, abs=1.1 * rate / spectrogram.n_fft)


def test_pictures_are_relative_to_the_recording(tmp_path):
    loud, quiet = write(tmp_path / "loud.wav", 1.0), tmp_path / "quiet.wav"
    soundfile.write(quiet, soundfile.read(loud)[0] * 0.1, RATE)
    pictures = [sound_spectrogram(path, loud).log_magnitude for path in (loud, quiet)]
    peaks = [np.expm1(picture).max() for picture in pictures]
    assert peaks[1] == pytest.approx(0.1 * peaks[0], rel=0.02)
    # Both of one level, if each is the recording.
    assert np.expm1(sound_spectrogram(quiet, quiet).log_magnitude).max() == pytest.approx(peaks[0], rel=0.02)


def test_cells_tell_channels_rate_and_loop(tmp_path):
    original = Sound(write(tmp_path / "rain.wav", 3.0))
    loop = Sound(write(tmp_path / "loop.wav", 4.0, 1), loop=True)
    row = write_media(
        tmp_path / "page", TextureRow("rain", "Rain", "forest", "", original, {"loops-1": loop}), ["loops-1"]
    )
    assert row.cells[None].facts == "stereo, 22.05 kHz, 3.0 s"
    cell = row.cells["loops-1"]
    assert cell.facts == "mono, 22.05 kHz, loop of 4.0 s, played 3 times"
    assert (cell.loop, cell.seconds, cell.source_format, cell.source_url) == (True, 12.0, "WAV", "../loop.wav")
    assert cell.picture.extent == "12.0 s, 0 to 11.025 kHz"


def test_cells_tell_what_of_a_long_sound_is_heard(tmp_path):
    original = Sound(write(tmp_path / "rain.wav", 121.0, 1))
    row = write_media(tmp_path / "page", TextureRow("rain", "Rain", "forest", "", original, {}), [])
    assert row.cells[None].facts == "mono, 22.05 kHz, the first 120 s of 121.0 s"
    assert row.cells[None].picture.extent.startswith("120.0 s")
