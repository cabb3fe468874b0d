"""Settings, which are named sets of parameters, including the points of a grid."""

import copy
import itertools
from collections.abc import Mapping

from planning.checks import reason, remove, unknown_extensions
from planning.naming import LONGEST_NAME, NAME_RULE, is_name, point_name, safe_name
from planning.problems import listing, shown, suggestion
from texture_core.errors import ParameterError
from texture_core.parameters.field import find, leaves
from texture_core.parameters.mapping import from_mapping, with_preset
from texture_core.parameters.method import AUTO, Parameters

# Folders of results/{corpus}/ that are not settings.
RESERVED_NAMES = (
    "audio",
    "benchmarks",
    "exhibits",
    "figures",
    "listening",
    "logs",
    "recordings",
    "report",
    "scores",
    "spectrogram",
    "tables",
)
# Kinds of extensions and the keys that name them.
PLUGINS = {
    stated.extension: key for key, stated in leaves(Parameters) if stated.extension is not None and stated.type is str
}


def read_settings(defaults, named, grid, grid_prefix):
    """Build the parameters of all settings.

    Parameters
    ----------
    defaults : mapping
        What all start from.
    named : mapping
        Name to parameters.
    grid : mapping or None
        Dotted key path to a list of values; every combination is a setting.
    grid_prefix : str
        What the names of the grid's points begin with; may be empty.

    Returns
    -------
    settings : dict of str to Parameters
        In the order given, those of the grid last.
    problems : list of str
        One line each.
    """
    defaults = _over({}, defaults)
    _, problems = build(Parameters, defaults, "defaults")
    if problems:
        # Reported once here, because every setting would repeat them.
        defaults = {}
    problems += unknown_extensions(Parameters, defaults, "defaults.")
    settings = {}
    for name, mapping in named.items():
        where = f"settings.{name}"
        problems += _name_problems(name, where)
        settings[name], found = build(Parameters, _over(defaults, mapping), where)
        problems += found + unknown_extensions(Parameters, mapping, f"{where}.")
    points, found = ([], []) if grid is None else _grid_points(grid, defaults, grid_prefix)
    problems += found
    for name, mapping in points:
        where = f"grid, point {name}"
        problems += _name_problems(name, where)
        if name in settings:
            problems.append(
                f"{where}: expected a name of its own, found another setting of that name; remove one of the two"
            )
        settings[name], found = build(Parameters, _over(defaults, mapping), where)
        problems += found
    if not settings and not problems:
        problems.append("settings: expected a setting, or a grid with a point, found neither; add one")
    folded = {}
    for name in settings:
        first = folded.setdefault(name.casefold(), name)
        if first != name:
            problems.append(
                f"settings.{name}: expected a name that is distinct also when case is ignored, found {first} too; "
                "rename one of the two"
            )
    return {name: parameters for name, parameters in settings.items() if parameters}, problems


def build(cls, mapping, where, section=""):
    """Create a dataclass of parameters; invalid values are reported and replaced by their defaults.

    Parameters
    ----------
    cls : type
    mapping : mapping
    where : str
        The mapping's key path, which the messages begin with; may be empty.
    section : str
        The class's own name in its messages, with a dot after it.

    Returns
    -------
    parameters : object or None
        None where even the defaults do not fit together.
    problems : list of str
    """
    mapping, problems = copy.deepcopy(mapping), []
    while True:
        try:
            return from_mapping(cls, mapping, where), problems
        except ParameterError as error:
            key = str(error).partition(":")[0].removeprefix(f"{where}." if where else "").removeprefix(section)
            removed = remove(mapping, key.split("."))
            if removed or not problems:
                problems.append(f"{error}; correct it")
            if not removed:
                return None, problems


def _over(defaults, mapping):
    """Merge a setting with its preset and the defaults, which have lower priority in this order."""
    merged = _merged(defaults, with_preset(mapping))
    if merged.get("preset") == AUTO:
        # An explicit weight is the only candidate.
        given = {"auto": {name: [mapping[name]] for name in ("alpha", "beta") if name in mapping}}
        merged = _merged(_merged(merged, given), {"auto": mapping.get("auto", {})})
    return merged


def _merged(base, above):
    merged = copy.deepcopy(base)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else copy.deepcopy(value)
    return merged


def _name_problems(name, where):
    if not is_name(name):
        return [
            f"{where}: expected a name of {NAME_RULE}, at most {LONGEST_NAME}, found {shown(name)}; write for instance "
            f"{safe_name(name)[:40]}"
        ]
    if name.casefold() in RESERVED_NAMES:
        return [
            f"{where}: expected a name other than {listing(RESERVED_NAMES)}, which are folders of results, "
            f"found {name}; rename it"
        ]
    return []


def _grid_points(grid, defaults, prefix):
    """Return the name and mapping of each grid point, and problems; invalid values are left out."""
    if not grid:
        return [], ["grid: expected at least one key path with a list of values, found none; add one or remove grid"]
    problems, axes = [], []
    for key, values in grid.items():
        stated = find(Parameters, key)
        if stated is None:
            known = [key for key, _ in leaves(Parameters)]
            problems.append(
                f"grid.{key}: expected the key path of a parameter ({', '.join(known)}), found {key}"
                f"{suggestion(key, known) or '; correct it'}"
            )
            continue
        axis = []
        for number, value in enumerate(values, start=1):
            mapping = value
            for part in reversed(key.split(".")):
                mapping = {part: mapping}
            reasons = [reason(mismatch) for mismatch in stated.mismatches(value)] or [
                problem.partition(": ")[2] for problem in unknown_extensions(Parameters, mapping)
            ]
            problems += [f"grid.{key}, value {number}: {reason}" for reason in reasons]
            if not reasons:
                axis.append((key, value, mapping))
        axes.append(axis)
    points = {}
    for combination in itertools.product(*axes) if axes else ():
        mapping = {}
        for _, _, part in combination:
            mapping = _merged(mapping, part)
        name = point_name({key: value for key, value, _ in combination}, prefix)
        if name in points:
            problems.append(
                f"grid: expected points with different names, found {name} twice; remove one of the equal values"
            )
        points[name] = mapping
    return list(points.items()), problems
