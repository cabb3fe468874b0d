"""What the tests of the listening page know of the study that they look at."""

from texture_core.records.files import read_json
from texture_core.records.score_files import read_scores

SETTINGS = ["gram", "full"]
SECONDS = 3.0


def records(results):
    textures = read_json(results / "plan.json")["textures"]
    return [read_scores(path, textures) for path in sorted(results.glob("*/scores/*.json"))]
