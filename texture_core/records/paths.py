"""Path queries that return False, instead of raising, for folders without search permission.

The methods of `pathlib.Path` raise before Python 3.14.
"""

import os


def is_file(path):
    """Return whether the path is an accessible file."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path):
    """Return whether the path is an accessible folder."""
    return os.path.isdir(path)  # noqa: PTH112
