"""What the tests of the listening page know of the study that they look at."""

from texture_core.records.files import read_json

SETTINGS = ["gram", "full"]
SECONDS = 3.0


def records(results):
    return [read_json(path) for path in sorted(results.glob("*/scores/*.json"))]
