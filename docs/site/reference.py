"""The API reference: a page for each room of the library, from the syntax of its modules.

Nothing is imported but the classes of parameters, so that the site builds without torch and what else the library
computes with. Signatures stand without annotations, because the docstrings tell types, shapes and units.
"""

import ast
import re
import sys
import textwrap
import tomllib
from pathlib import Path

from sphinx.ext.napoleon import Config, NumpyDocstring

LIBRARY = Path(__file__).parents[2] / "texture_core"

sys.path.insert(0, str(LIBRARY.parent))

from texture_core.parameters import method  # noqa: E402

NAPOLEON = Config(napoleon_use_rtype=False)


def modules():
    """Every documented module of the library: its path below the package without an ending, to its syntax tree."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        name = path.relative_to(LIBRARY).with_suffix("").as_posix().removesuffix("/__init__")
        if path == Path(method.__file__):
            _with_stated_attributes(tree)
        if name != "__init__" and ast.get_docstring(tree):
            found[name] = tree
    return found


def _with_stated_attributes(tree):
    """Give the classes of parameters the docstrings that they have when they are made, with what is stated of them."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body[0].value.value = getattr(method, node.name).__doc__


def public_names():
    """What ``import texture_core`` offers: each name's full path."""
    tree = ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    (table,) = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "_PUBLIC"]
    return {name: f"texture_core.{module}.{name}" for name, module in ast.literal_eval(table).items()}


def rooms():
    """The names of the library's folders and of the modules beside them, in the order of their layers."""
    project = tomllib.loads((LIBRARY.parent / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    return [name for layer in contract["layers"] for name in layer.split(" | ")]


def write_reference(folder):
    """Write the pages, and one that lists them with the public names."""
    folder.mkdir()
    found = modules()
    pages = []
    for room in rooms():
        page = _heading(room.replace("_", " ").capitalize(), "=")
        for name in found:
            if name.partition("/")[0] == room:
                page += _module(name.replace("/", "."), found[name])
        pages.append(room)
        (folder / f"{room}.rst").write_text(page, encoding="utf-8")

    names = "".join(
        f"* :py:obj:`texture_core.{name} <{path}>`\n"
        for name, path in sorted(public_names().items(), key=lambda item: item[0].lower())
    )
    (folder / "index.rst").write_text(
        f"{_heading('API reference', '=')}``import texture_core as tc`` offers these, which load on first use:\n\n"
        f"{names}\nThe library by room, from the top:\n\n.. toctree::\n   :maxdepth: 2\n\n"
        + textwrap.indent("\n".join(pages), "   ")
        + "\n",
        encoding="utf-8",
    )


def _heading(text, line):
    return f"{text}\n{line * len(text)}\n\n"


def _documentation(node, kind):
    # The attributes of a dataclass are what it is made of, and "a, b : int" is understood among parameters only.
    text = re.sub(r"^Attributes\n-+$", "Parameters\n----------", ast.get_docstring(node), flags=re.MULTILINE)
    # A magnitude, |S|, is no substitution of reStructuredText.
    parts = re.split(r"(``.*?``)", text, flags=re.DOTALL)
    text = "".join(part if part.startswith("``") else part.replace("|", r"\|") for part in parts)
    return "\n".join(NumpyDocstring(text, NAPOLEON, what=kind).lines())


def _module(name, tree):
    text = _heading(f"``{name}``", "-") + f".. py:module:: texture_core.{name}\n\n{_documentation(tree, 'module')}\n\n"
    return text + "".join(_member(node) for node in tree.body if _is_public(node))


def _is_public(node):
    defined = isinstance(node, ast.FunctionDef | ast.ClassDef)
    return defined and not node.name.startswith("_") and ast.get_docstring(node) is not None


def _member(node, method=False):
    if isinstance(node, ast.ClassDef):
        content = _documentation(node, "class") + "\n\n"
        content += "".join(_member(below, method=True) for below in node.body if _is_public(below))
        directive = f".. py:class:: {node.name}({_constructor(node)})"
    else:
        content = _documentation(node, "function") + "\n"
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if method and decorators & {"property", "cached_property", "functools.cached_property"}:
            directive = f".. py:property:: {node.name}"
        else:
            directive = f".. py:{'method' if method else 'function'}:: {node.name}({_arguments(node, method)})"
            if decorators & {"classmethod", "staticmethod"}:
                directive += f"\n   :{(decorators & {'classmethod', 'staticmethod'}).pop()}:"
    return f"{directive}\n\n{textwrap.indent(content, '   ')}\n"


def _arguments(node, method):
    arguments = node.args
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    if method and "staticmethod" not in {ast.unparse(decorator) for decorator in node.decorator_list}:
        (arguments.posonlyargs or arguments.args).pop(0)
    return ast.unparse(arguments)


def _constructor(node):
    """What a class is called with: the arguments of its ``__init__``, or the fields of a dataclass."""
    for below in node.body:
        if isinstance(below, ast.FunctionDef) and below.name == "__init__":
            return _arguments(below, method=True)
    if not any(ast.unparse(decorator).startswith("dataclass") for decorator in node.decorator_list):
        return ""
    return ", ".join(below.target.id for below in node.body if isinstance(below, ast.AnnAssign))
