"""Digests of the code that jobs run, which change with the meaning of the code, but not with its formatting.

A digest covers a script and every module of the project that it imports, directly or indirectly, anywhere in the file;
also the modules that the configuration names (plug-ins), and files of the package that a string names, such as
templates. Modules are compared by their syntax trees, so comments, formatting and docstrings do not matter. Three
things are excluded on purpose:

* the modules that declare parameters and convert them from and to mappings (`_UNCOUNTED_MODULES`), because jobs already
  depend on the values of the parameters;
* ``__version__`` and ``__all__``, so that a release alone reruns nothing;
* ``_PUBLIC`` of a package, which maps names to modules that are loaded on first use: modules that import such a name
  depend on the module behind it.

Modules are parsed, but not imported.
"""

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from texture_core.errors import TextureError

_UNCOUNTED_MODULES = {f"texture_core/parameters/{name}.py" for name in ("field", "mapping", "method", "statement")}
_UNCOUNTED_ASSIGNMENTS = {"__version__", "__all__", "_PUBLIC"}
_UNCOUNTED_FIELDS = {"ctx", "kind", "type_comment", "type_ignores"}


class CodeError(TextureError):
    """The project's code cannot be analysed."""


@dataclass(frozen=True)
class _Module:
    """Digest of a file, and the files that it imports or names."""

    digest: str
    leads_to: tuple


class CodeDigests:
    """Digests of the code of a checkout; each file is read once.

    Parameters
    ----------
    checkout : path
        The folder that contains ``texture_core`` and ``workflow``.
    """

    def __init__(self, checkout):
        self._checkout = Path(checkout)
        self._package = self._checkout / "texture_core"
        self._scripts = self._checkout / "workflow" / "scripts"
        self._modules = {}
        self._digests = {}
        self._resources = {}
        for path in sorted(self._package.rglob("*")):
            if path.is_file() and path.suffix not in (".py", ".pyc", ".so"):
                self._resources[path.name] = path

    def digest(self, script, plugins=()):
        """Compute the digest of the code that a rule runs.

        Parameters
        ----------
        script : str
            Name of a file in ``workflow/scripts``, without its suffix.
        plugins : iterable of str
            Dotted names of modules that are loaded by name.

        Returns
        -------
        str
            32 hexadecimal digits.

        Raises
        ------
        CodeError
            If a file is not valid Python, or imports a missing module of the project.
        """
        key = (script, *sorted(plugins))
        if key not in self._digests:
            self._digests[key] = self._combined(script, key[1:])
        return self._digests[key]

    def files(self, script, plugins=()):
        """Return the sorted files that a digest covers, as paths relative to the checkout."""
        pending = [self._scripts / f"{script}.py"]
        for name in plugins:
            pending += self._find(name, None)
        found = set()
        while pending:
            path = pending.pop()
            if path not in found:
                found.add(path)
                pending += self._module(path).leads_to
        return sorted(path.relative_to(self._checkout).as_posix() for path in found)

    def _combined(self, script, plugins):
        whole = hashlib.sha256()
        for name in self.files(script, plugins):
            if name not in _UNCOUNTED_MODULES:
                whole.update(f"{name}\0{self._module(self._checkout / name).digest}\n".encode())
        return whole.hexdigest()[:32]

    def _module(self, path):
        if path not in self._modules:
            if path.suffix == ".py":
                self._modules[path] = self._analysed(path)
            else:
                content = path.read_bytes()
                self._modules[path] = _Module(
                    hashlib.sha256(content).hexdigest(), self._named_resources(content.decode(errors="replace"))
                )
        return self._modules[path]

    def _analysed(self, path):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CodeError(f"{path}: expected a file of the project, found none; restore it") from None
        except (SyntaxError, UnicodeDecodeError) as error:
            raise CodeError(f"{path}: expected valid Python, found an error: {error}; mend it") from None
        leads_to = list(self._imported(tree, path))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in self._resources:
                leads_to.append(self._resources[node.value])
        return _Module(hashlib.sha256(_canonical(tree).encode()).hexdigest(), tuple(dict.fromkeys(leads_to)))

    def _named_resources(self, text):
        words = set(re.findall(r"[\w.-]+", text))
        return tuple(path for name, path in self._resources.items() if name in words)

    def _imported(self, tree, path):
        bound = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._find(alias.name, path)
                    bound[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node, path)
                files = self._find(base, path)
                yield from files
                if files:
                    for alias in node.names:
                        yield from self._member(base, files[-1], alias.name, path)
        # Names accessed as attributes of a package, such as texture_core.prepare_audio.
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
                base = bound[node.value.id]
                files = self._find(base, path)
                if files:
                    yield from self._member(base, files[-1], node.attr, path)

    def _absolute(self, node, path):
        if not node.level:
            return node.module
        parts = path.relative_to(self._checkout).with_suffix("").parts
        return ".".join([*parts[: len(parts) - node.level], *([node.module] if node.module else [])])

    def _find(self, name, importer):
        """Return the files that importing a dotted name runs, packages first; none if it is not part of the project."""
        roots = [self._checkout]
        if importer is not None and importer.is_relative_to(self._scripts.parent):
            roots[:0] = [self._scripts, self._scripts.parent]
        for root in roots:
            files, folder = [], root
            for part in name.split("."):
                if (folder / part / "__init__.py").is_file():
                    folder = folder / part
                    files.append(folder / "__init__.py")
                elif (folder / f"{part}.py").is_file():
                    files.append(folder / f"{part}.py")
                    folder = folder / part
                else:
                    files = []
                    break
            if files:
                return files
        return []

    def _member(self, base, file, name, importer):
        """Return the files behind a name imported from a module; none if the module itself defines it."""
        if file.name != "__init__.py" or name == "*":
            return []
        files = self._find(f"{base}.{name}", importer)
        if files:
            return files
        tree = ast.parse(file.read_text(encoding="utf-8"))
        public = next((value for key, value in _assignments(tree) if key == "_PUBLIC"), None)
        if isinstance(public, ast.Dict):
            behind = ast.literal_eval(public)
            if name in behind:
                return self._find(f"{base}.{behind[name]}", importer)
        return []


def _assignments(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _canonical(node):
    """Return the syntax tree as text that is the same in all versions of Python."""
    if isinstance(node, ast.AST):
        parts = [type(node).__name__]
        for name, value in ast.iter_fields(node):
            if name not in _UNCOUNTED_FIELDS and value is not None and value != []:
                parts.append(f"{name}={_canonical(value)}")
        return f"({' '.join(parts)})"
    if isinstance(node, list):
        return f"[{' '.join(_canonical(item) for item in node if not _is_uncounted(item))}]"
    return f"{type(node).__name__}:{node!r}"


def _is_uncounted(node):
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in _UNCOUNTED_ASSIGNMENTS
    )
