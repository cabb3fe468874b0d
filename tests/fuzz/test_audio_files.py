"""Damaged recordings: each is refused with a reason or read, whatever its header claims."""

import io

import pytest
import soundfile
from children import check_in_child, of_file
from damage import damaged

from texture_core.audio.recording import check_recording
from texture_core.demo import demo_texture
from texture_core.errors import AudioError
from texture_core.parameters.method import AudioParameters

FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "float.wav": ("WAV", "FLOAT"),
    "flac": ("FLAC", "PCM_16"),
    "aiff": ("AIFF", "PCM_24"),
    "ogg": ("OGG", "VORBIS"),
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_damaged_recording_is_refused_or_read(suffix, cases, tmp_path):
    content = io.BytesIO()
    kind, subtype = FORMATS[suffix]
    samples = demo_texture("rain", seed=0, duration=0.3, sample_rate=8000)
    soundfile.write(content, samples, 8000, format=kind, subtype=subtype)
    parameters = AudioParameters(duration=5.0)

    def read(path):
        facts = check_recording(path, parameters)
        assert 0 < facts["duration"] <= 5.0

    check_in_child(damaged(content.getvalue()), of_file(tmp_path / f"case.{suffix}", read, AudioError), cases)
