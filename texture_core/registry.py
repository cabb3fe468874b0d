"""Look up extensions by name: each module in the folder of its kind is one entry.

For example, ``texture_core/scores/diversity.py`` is the score ``diversity``. A module is an entry if it defines the
function of its kind (`FUNCTIONS`). Entries are found by file name, so adding one changes no existing file and reruns
no job that does not use it.
"""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

from texture_core.errors import ParameterError

# Kind (also the folder's name) to the functions of which an entry defines at least one.
FUNCTIONS = {
    "exhibits": ("draw",),
    "features": ("create",),
    "losses": ("create",),
    "methods": ("synthesize",),
    "optimizers": ("minimize",),
    "phase": ("recover",),
    "scores": ("compute", "compute_collection"),
    "views": ("create",),
}


def names(kind, defining=None):
    """Return the sorted names of all entries of a kind.

    Parameters
    ----------
    kind : str
        One of `FUNCTIONS`.
    defining : str, optional
        Return only entries that define this function.
    """
    functions = {defining} if defining else set(FUNCTIONS[kind])
    return sorted(
        path.stem
        for path in (Path(__file__).parent / kind).glob("*.py")
        if not path.stem.startswith("_")
        and functions & {node.name for node in _statements(path) if isinstance(node, ast.FunctionDef)}
    )


def module_name(kind, name):
    """Return the dotted name of the module that implements ``name``.

    Raises
    ------
    ParameterError
        If there is no such entry; the message lists the known ones.
    """
    known = names(kind)
    if name not in known:
        raise ParameterError(f"{kind}: there is no {name!r}; known: {', '.join(known)}")
    return f"texture_core.{kind}.{name}"


def load(kind, name):
    """Import the module that implements ``name``."""
    return import_module(module_name(kind, name))


def constant(kind, name, constant_name, default=None):
    """Read a literal at the top level of a module, without importing it.

    Planning a workflow needs these constants, but must not import torch.

    Parameters
    ----------
    kind, name : str
        As `module_name`.
    constant_name : str
    default : object, optional
        Returned if the module does not define the constant.

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
    """Read the first line of a module's docstring, without importing it. See `module_name` for the arguments."""
    text = ast.get_docstring(ast.parse(_path(kind, name).read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def _path(kind, name):
    return Path(__file__).parent / kind / f"{module_name(kind, name).rpartition('.')[2]}.py"


def _statements(path):
    return _parsed(path, path.stat().st_mtime_ns)


@cache
def _parsed(path, changed):
    # Planning parses modules for every setting; `changed` invalidates the cache when a module is edited.
    return ast.parse(path.read_text(encoding="utf-8")).body
