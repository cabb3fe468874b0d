"""What the tests of the command line share."""

import pytest

import texture_core as tc


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with one recording."""
    monkeypatch.chdir(tmp_path)
    tc.write_audio(tmp_path / "rain.wav", tc.demo_texture("rain", duration=2.5), 16000)
    return tmp_path
