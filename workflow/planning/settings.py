"""Settings, which are named sets of parameters, including the points of a grid."""

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from planning.checks import reason, remove, unknown_extensions
from planning.keys import Setting
from planning.naming import LONGEST_NAME, NAME_RULE, column_name, is_name, point_name, safe_name
from planning.problems import listing, shown, suggestion
from texture_core.errors import ParameterError
from texture_core.parameters.field import find, leaves
from texture_core.parameters.mapping import from_mapping, to_mapping, with_preset
from texture_core.parameters.method import AUTO, WEIGHTS_BY_KIND, Parameters
from texture_core.parameters.output import OutputParameters
from texture_core.parameters.presets import preset_names, preset_parameters

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
DEFAULT_PRESET = "default"
# Presets that set all parameters. The others set only α and β.
_COMPLETE = tuple(name for name in preset_names() if name != AUTO and name not in WEIGHTS_BY_KIND)
# Kinds of extensions and the keys that name them.
PLUGINS = {
    stated.extension: key for key, stated in leaves(Parameters) if stated.extension is not None and stated.type is str
}


@dataclass(frozen=True)
class Settings:
    """The settings of a configuration, in its order, those of the grid last.

    Attributes
    ----------
    parameters : dict of str to Parameters
        Of all settings.
    outputs : dict of str to OutputParameters
        Of those that make sounds; the others are of a study.
    """

    parameters: dict
    outputs: dict


def read_settings(defaults, named, grid, grid_prefix, preset=None):
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
    preset : str, optional
        The preset of the only setting, where there is neither a named one nor a grid.

    Returns
    -------
    settings : Settings
    problems : list of str
        One line each.
    """
    problems = []
    if named or grid is not None:
        if preset is not None:
            problems.append(
                f"preset: expected none beside settings or a grid, found {preset}; write preset: {preset} into "
                "defaults or a setting"
            )
    else:
        preset = preset or defaults.get("preset") or DEFAULT_PRESET
        # With a key of `OutputParameters`, so that it makes sounds.
        named = {preset: {"channels": "keep"} | defaults | {"preset": preset}}
    defaults, found = _checked_defaults(defaults)
    problems += found
    mappings = {}
    for name, mapping in named.items():
        problems += _name_problems(name, f"settings.{name}")
        problems += unknown_extensions(Setting, mapping, f"settings.{name}.")
        mappings[name] = f"settings.{name}", mapping
    points, found = ([], []) if grid is None else _grid_points(grid, grid_prefix)
    problems += found
    for name, mapping in points:
        where = f"grid, point {name}"
        problems += _name_problems(name, where)
        if name in mappings:
            problems.append(
                f"{where}: expected a name of its own, found another setting of that name; remove one of the two"
            )
        mappings[name] = where, mapping
    settings = Settings({}, {})
    for name, (where, mapping) in mappings.items():
        problems += _add(settings, name, _over(defaults, mapping), where)
    return settings, problems + _alike(settings)


def makes_sounds(mapping):
    """Return whether a setting makes sounds: whether its mapping has a key of `OutputParameters`."""
    return not OutputParameters.stated.keys().isdisjoint(mapping)


def _checked_defaults(defaults):
    """Return the defaults, or nothing if they are invalid, and problems, which every setting would repeat."""
    method, output = _parted(_over({}, defaults))
    problems = [
        problem
        for cls, mapping in ((Parameters, method), (OutputParameters, output))
        for problem in build(cls, mapping, "defaults")[1]
    ]
    if problems:
        return {}, problems
    return defaults, unknown_extensions(Setting, defaults, "defaults.")


def _add(settings, name, mapping, where):
    """Build a setting and add it; return problems."""
    method, output = _parted(mapping)
    parameters, problems = build(Parameters, method, where)
    if output:
        settings.outputs[name], found = build(OutputParameters, output, where)
        problems += found
        if parameters and parameters.method != "optimization":
            problems.append(
                f"{where}.method: expected optimization beside {listing(output, 'and')}, which sounds alone have, "
                f"found {parameters.method}; leave {'it' if len(output) == 1 else 'them'} out"
            )
    if parameters:
        settings.parameters[name] = parameters
    return problems


def _parted(mapping):
    """Split a mapping into the parameters of the method and those of the output."""
    output = {key: value for key, value in mapping.items() if key in OutputParameters.stated}
    return {key: value for key, value in mapping.items() if key not in output}, output


def _alike(settings):
    """Return problems of names that clash as folders or as columns of the tables."""
    problems, folded = [], {}
    for name in settings.parameters:
        first = folded.setdefault(name.casefold(), name)
        if first != name:
            problems.append(
                f"settings.{name}: expected a name that is distinct also when case is ignored, found {first} too; "
                "rename one of the two"
            )
    columns = {}
    for name in settings.parameters:
        takes = settings.outputs[name].takes if name in settings.outputs else 1
        for column in [name] if takes == 1 else [column_name(name, take) for take in range(1, takes + 1)]:
            first = columns.setdefault(column, name)
            if first != name:
                problems.append(
                    f"settings.{name}: expected names that no take of another setting has, found {column} with {first} "
                    "too; rename one of the two"
                )
    return problems


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
    sounds = makes_sounds(defaults) or makes_sounds(mapping)
    merged = {}
    for layer in (defaults, mapping):
        preset = layer.get("preset")
        if preset in _COMPLETE or (sounds and preset == AUTO):
            # The preset replaces the parameters of the method; those of the output remain.
            merged = laid_over(_parted(merged)[1], to_mapping(preset_parameters(preset)))
        if preset in _COMPLETE:
            layer = {key: value for key, value in layer.items() if key != "preset"}
        merged = laid_over(merged, with_preset(layer))
        if merged.get("preset") == AUTO:
            # An explicit weight is the only candidate.
            given = {"auto": {name: [layer[name]] for name in ("alpha", "beta") if name in layer}}
            merged = laid_over(laid_over(merged, given), {"auto": layer.get("auto", {})})
    return merged


def laid_over(base, above):
    merged = copy.deepcopy(base)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = laid_over(merged[key], value) if both else copy.deepcopy(value)
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


def _grid_points(grid, prefix):
    """Return the name and mapping of each grid point, and problems; invalid values are left out."""
    if not grid:
        return [], ["grid: expected at least one key path with a list of values, found none; add one or remove grid"]
    problems, axes = [], []
    for key, values in grid.items():
        stated = find(Setting, key)
        if stated is None:
            known = [key for key, _ in leaves(Setting)]
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
                problem.partition(": ")[2] for problem in unknown_extensions(Setting, mapping)
            ]
            problems += [f"grid.{key}, value {number}: {reason}" for reason in reasons]
            if not reasons:
                axis.append((key, value, mapping))
        axes.append(axis)
    points = {}
    for combination in itertools.product(*axes) if axes else ():
        mapping = {}
        for _, _, part in combination:
            mapping = laid_over(mapping, part)
        name = point_name({key: value for key, value, _ in combination}, prefix)
        if name in points:
            problems.append(
                f"grid: expected points with different names, found {name} twice; remove one of the equal values"
            )
        points[name] = mapping
    return list(points.items()), problems
