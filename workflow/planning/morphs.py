"""Morphs between pairs of recordings, from their sheet."""

from dataclasses import dataclass

from planning.naming import LONGEST_NAME, morph_name
from planning.problems import listing, shown, suggestion
from planning.sheets import read_rows, sheet_schema
from texture_core.parameters.output import OutputParameters

_DEFAULT_POSITION = "0.5"
_COMPUTED_RATE = OutputParameters().computed_rate


@dataclass(frozen=True)
class Morph:
    """One morph.

    Attributes
    ----------
    name : str
        In paths.
    first, second : str
        Names of textures.
    positions : tuple of float
        From 0, the first, to 1, the second; several are passed through.
    settings : tuple of str
        The settings that make it.
    """

    name: str
    first: str
    second: str
    positions: tuple
    settings: tuple


def read_morphs(path, names, outputs, *, complete=True):
    """Read a sheet of morphs.

    Parameters
    ----------
    path : path
    names : collection of str
        The textures of the corpus.
    outputs : dict of str to OutputParameters
        Of the settings that make sounds.
    complete : bool
        Whether `names` are all; otherwise unknown names are not reported.

    Returns
    -------
    morphs : list of Morph
        Of the rows without problems.
    problems : list of str
        One line each, with row and column.
    """
    rows, problems = read_rows(path, sheet_schema("morphs"), key="morphs", what="morph")
    if not outputs:
        problems.append("morphs: expected a setting that makes sounds, found none; add one, such as {preset: default}")
        return [], problems
    morphs, first_rows = [], {name.casefold(): None for name in names}
    for row in rows:
        found = list(row.problems)
        if complete:
            found += [
                f"{row.where}, column {column}: expected the name of a texture, found {shown(row.cells[column])}"
                f"{suggestion(row.cells[column], names) or '; correct it'}"
                for column in ("first", "second")
                if row.cells.get(column) and row.cells[column] not in names
            ]
        text = row.cells.get("position") or _DEFAULT_POSITION
        positions = _positions(text)
        if not positions:
            found.append(
                f"{row.where}, column position: expected one or more numbers from 0 to 1, separated by spaces, "
                f"found {shown(text)}; correct it"
            )
        settings = tuple((row.cells.get("settings") or "").split())
        if settings:
            found += _settings_problems(row.where, positions, settings, outputs)
        else:
            settings = tuple(name for name in outputs if not _unfit(outputs[name], positions))
            found += [] if settings else [_none_fits(row.where, positions, outputs)]
        if not found:
            name = morph_name(row.cells["first"], row.cells["second"], positions)
            found += _name_problems(row, name, first_rows)
        if not found:
            morphs.append(Morph(name, row.cells["first"], row.cells["second"], positions, settings))
        problems += found
    return morphs, problems


def _positions(text):
    """Read positions; return an empty tuple where they are not numbers from 0 to 1."""
    try:
        positions = tuple(float(part) for part in text.split())
    except ValueError:
        return ()
    if not all(0 <= position <= 1 for position in positions):
        return ()
    return positions[:1] if len(set(positions)) == 1 else positions


def _settings_problems(where, positions, settings, outputs):
    """Find settings that make no sounds, or none between two recordings."""
    for setting in settings:
        if setting not in outputs:
            yield (
                f"{where}, column settings: expected settings that make sounds ({listing(outputs, 'and')}), "
                f"found {shown(setting)}{suggestion(setting, outputs) or '; correct it'}"
            )
        elif reason := _unfit(outputs[setting], positions):
            yield f"{where}, column settings: setting {setting} {reason}; name other settings"


def _unfit(output, positions):
    """Why the setting of an output cannot make a morph; empty if it can."""
    if len(positions) > 1 and output.loop:
        return f"makes loops, which have one position, found {len(positions)}"
    if output.computed_rate != _COMPUTED_RATE:
        return f"has the computed_rate {output.computed_rate}, expected {_COMPUTED_RATE} as of all morphs"
    return ""


def _none_fits(where, positions, outputs):
    reasons = "; ".join(f"{name} {_unfit(output, positions)}" for name, output in outputs.items())
    return f"{where}: expected a setting that can make this morph, found none ({reasons}); add one"


def _name_problems(row, name, first_rows):
    """Find names that are too long, or those of a texture or of another morph."""
    if len(name) > LONGEST_NAME:
        yield (
            f"{row.where}: expected names and positions of together at most {LONGEST_NAME} characters, found "
            f"{len(name)} ({shown(name)}); give the recordings shorter names, or fewer positions"
        )
    if name.casefold() not in first_rows:
        first_rows[name.casefold()] = row
        return
    first = first_rows[name.casefold()]
    whose = (
        f"in row {first.number} too; remove one of the two, and name the settings of both in the other"
        if first
        else "as a texture too; rename the texture"
    )
    yield f"{row.where}: expected a morph of its own, found {name} {whose}"
