"""Extensions by name: one module in the folder of its kind is one entry, and the configuration names it.

``texture_core/scores/diversity.py`` is the score ``diversity``. A module is found by its file, so that adding one
touches no existing file (and, in the workflow, reruns nothing that does not use it).
"""

from importlib import import_module
from pathlib import Path

from texture_core.errors import ParameterError

KINDS = ("features", "losses", "optimizers", "phase", "scores")


def names(kind):
    """The registered names of a kind, sorted.

    Parameters
    ----------
    kind : {'features', 'losses', 'optimizers', 'phase', 'scores'}
    """
    folder = Path(__file__).parent / kind
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def module_name(kind, name):
    """The dotted name of the module that implements ``name``.

    Raises
    ------
    ParameterError
        If there is no such entry; the message lists those there are.
    """
    known = names(kind)
    if name not in known:
        raise ParameterError(f"{kind}: there is no {name!r}; known: {', '.join(known)}")
    return f"texture_core.{kind}.{name}"


def load(kind, name):
    """Import the module that implements ``name``."""
    return import_module(module_name(kind, name))
