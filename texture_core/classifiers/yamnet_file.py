"""Verify YAMNet's weights, which are those of Google's official quantised file."""

import hashlib

from texture_core.errors import ClassifierError

YAMNET_SHA256 = "10c95ea3eb9a7bb4cb8bddf6feb023250381008177ac162ce169694d05c317de"
YAMNET_BYTES = 4126810


def check_yamnet(content, name):
    """Raise `ClassifierError` unless the content of the file `name` is that of the official file."""
    if len(content) != YAMNET_BYTES:
        raise ClassifierError(
            f"{name}: {len(content)} bytes, expected {YAMNET_BYTES}: not YAMNet's weights, or cut short; delete it and "
            "fetch it again"
        )
    found = sha256(content)
    if found != YAMNET_SHA256:
        raise ClassifierError(
            f"{name}: SHA-256 is {found}, expected {YAMNET_SHA256}: not YAMNet's weights; delete it and fetch it again"
        )


def sha256(content):
    """Compute the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
