"""Extensions by name: one module in the room of its kind is one entry, and the configuration names it.

``texture_core/scores/diversity.py`` is the score ``diversity``. A module is an entry if it defines the function of its
kind (`FUNCTIONS`). It is found by its file, so that adding one touches no existing file (and, in the workflow, reruns
nothing that does not use it).
"""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

from texture_core.errors import ParameterError

# Kind, which is the room's name too, to the functions of which an entry defines at least one.
FUNCTIONS = {
    "exhibits": ("draw",),
    "features": ("create",),
    "losses": ("create",),
    "methods": ("synthesize",),
    "optimizers": ("minimize",),
    "phase": ("recover",),
    "scores": ("compute", "compute_collection"),
}


def names(kind, defining=None):
    """The registered names of a kind, sorted.

    Parameters
    ----------
    kind : str
        One of `FUNCTIONS`.
    defining : str, optional
        Only those whose module defines this function of the kind.
    """
    functions = {defining} if defining else set(FUNCTIONS[kind])
    return sorted(
        path.stem
        for path in (Path(__file__).parent / kind).glob("*.py")
        if not path.stem.startswith("_")
        and functions & {node.name for node in _statements(path) if isinstance(node, ast.FunctionDef)}
    )


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


def constant(kind, name, constant_name, default=None):
    """A literal that a module defines at its top level, read without importing it.

    Planning a workflow asks what plug-ins need, and may not pay for importing what they compute with.

    Parameters
    ----------
    kind, name : str
        As `module_name`.
    constant_name : str
    default : object, optional
        The answer where the module does not define it.

    Raises
    ------
    ParameterError
        If there is no such entry.
    """
    for node in _statements(_path(kind, name)):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [constant_name]:
            return ast.literal_eval(node.value)
    return default


def summary(kind, name):
    """The first line of a module's docstring, read without importing it; arguments as `module_name`."""
    text = ast.get_docstring(ast.parse(_path(kind, name).read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def _path(kind, name):
    return Path(__file__).parent / kind / f"{module_name(kind, name).rpartition('.')[2]}.py"


def _statements(path):
    return _parsed(path, path.stat().st_mtime_ns)


@cache
def _parsed(path, changed):
    # Planning asks of every setting; `changed` makes a module that was edited meanwhile another one.
    return ast.parse(path.read_text(encoding="utf-8")).body
