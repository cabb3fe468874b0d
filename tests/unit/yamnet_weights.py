"""YAMNet's weights for the tests: fetched once into the user's cache folder."""

from functools import cache

import pytest

from texture_core.classifiers.fetch import default_yamnet_path, fetch_yamnet
from texture_core.errors import ClassifierError


@cache
def _fetched():
    path = default_yamnet_path()
    try:
        fetch_yamnet(path)
    except ClassifierError as error:
        # A wrong hash is a failure, a missing network is not.
        if "cannot be downloaded" not in str(error):
            raise
        return None, str(error)
    return path, ""


def yamnet_file():
    """The path of the official file; skips the test where it cannot be had."""
    path, reason = _fetched()
    if path is None:
        pytest.skip(reason)
    return path
