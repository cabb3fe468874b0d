"""Questions about paths that are answered with no, and not with an error, where a folder may not be searched.

Those of `pathlib.Path` raise there before Python 3.14.
"""

import os


def is_file(path):
    """Whether there is a file that can be found."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path):
    """Whether there is a folder that can be found."""
    return os.path.isdir(path)  # noqa: PTH112
