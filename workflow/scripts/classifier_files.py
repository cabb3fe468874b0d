"""Classifier files among a job's inputs, in the form that scores expect."""

from texture_core.errors import ClassifierError
from texture_core.records.files import read_json

_NAMES = ("yamnet", "vggish", "vggish_pca", "vggish_head")


def classifiers(files):
    """Return name to path, or to the error that explains why there is none."""
    found = {name: files.get(name) for name in _NAMES}
    record = files.get("yamnet_record")
    missing = read_json(record)["missing"] if record else None
    return found | {"yamnet": ClassifierError(missing)} if missing else found
