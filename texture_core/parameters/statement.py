"""The declaration of a parameter: checks values and describes valid ones in words."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

# Stands for no neutral value: the parameter has existed from the start.
NOT_NEUTRAL = object()


@dataclass(frozen=True)
class Mismatch:
    """A value that does not match the declaration of its parameter.

    Attributes
    ----------
    path : tuple
        Keys (str) and list indices (int) of the value.
    expected : str
    found : object
    parameter : Statement or None
        None for an unknown key.
    known : tuple of str
        For an unknown key: the known ones.
    """

    path: tuple
    expected: str
    found: object
    parameter: object = None
    known: tuple = ()

    def __str__(self):
        return f"{dotted(self.path)}: expected {self.expected}, found {self.found!r}"


def dotted(path):
    """Format a path of keys and indices for messages: ``features.kernel_widths, item 2``."""
    text, separator = "", ""
    for part in path:
        text += f", item {part + 1}" if isinstance(part, int) else f"{separator}{part}"
        separator = ", " if isinstance(part, int) else "."
    return text


@dataclass(frozen=True)
class Statement:
    """The declaration of one parameter; see `parameter` for the attributes that are not listed here.

    Attributes
    ----------
    type : type
        bool, int, float, str, tuple, dict, a `ParameterSet`, or object for anything.
    of : Statement or None
        Declaration of the items of a tuple or the values of a dict; None for anything.
    nullable : bool
        Whether None is valid.
    """

    type: type
    default: object = None
    description: str = ""
    unit: str = ""
    paper: object = None
    neutral: object = NOT_NEUTRAL
    choices: tuple = ()
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    even: bool = False
    pattern: str | None = None
    lengths: tuple = (0, None)
    unique: bool = False
    extension: str | None = None
    wording: str | None = None
    nullable: bool = False
    of: object = None

    @property
    def is_section(self):
        """Whether the value is a parameter set."""
        return hasattr(self.type, "stated")

    @property
    def expected(self):
        """Type, unit and range in words, for messages and tables."""
        return self.wording or self._in_words() + (", or null" if self.nullable else "")

    def _in_words(self):
        if self.choices:
            *others, last = map(str, self.choices)
            return f"{', '.join(others)} or {last}" if others else last
        if self.type is tuple:
            least, most = self.lengths
            some = f"{least} to {most} " if least else f"at most {most} "
            count = some if most else "one or more " if least else ""
            return f"a list of {count}{self.of._plural() if self.of else 'values'}"
        if self.is_section or self.type is dict:
            return "a mapping"
        if self.type in (int, float):
            return self._number(f"a{'n' if self.even else ''} ", "number", "")
        return {bool: "true or false", str: "a text", object: "any value"}[self.type]

    def _plural(self):
        if self.type in (int, float):
            return self._number("", "numbers", "each ")
        return "mappings" if self.is_section else "texts"

    def _number(self, article, noun, each):
        if self.type is int:
            noun = f"{article}{'even' if self.even else 'whole'} {noun}" + (f" of {self.unit}" if self.unit else "")
        else:
            noun = self.unit or f"{article}{noun}"
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum} to {self.maximum}"
        if self.above is not None:
            noun += f" above {self.above}"
        if self.minimum is not None:
            noun += f", {each}at least {self.minimum}"
        return noun if self.maximum is None else f"{noun}, {each}at most {self.maximum}"

    def mismatches(self, value, path=()):
        """Compare a value with the declaration.

        Yields
        ------
        Mismatch
            One for each invalid part of the value.
        """
        if value is None and self.nullable:
            return
        if self.is_section and isinstance(value, Mapping):
            yield from self.type.mismatches(value, path)
        elif not self._fits(value):
            yield Mismatch(path, self.expected, value, self)
        elif self.of and self.type in (tuple, dict):
            found = False
            items = ((str(key), item) for key, item in value.items()) if self.type is dict else enumerate(value)
            for key, item in items:
                for mismatch in self.of.mismatches(item, (*path, key)):
                    found = True
                    yield mismatch
            if self.unique and not found and len({repr(item) for item in value}) < len(value):
                yield Mismatch(path, self.expected, value, self)

    def _fits(self, value):
        if self.choices:
            return value in self.choices
        if self.type is tuple:
            least, most = self.lengths
            return isinstance(value, list | tuple) and least <= len(value) <= (most or len(value))
        if self.type is dict:
            return isinstance(value, Mapping)
        if self.type is str:
            return isinstance(value, str) and (self.pattern is None or re.fullmatch(self.pattern, value) is not None)
        if self.type in (int, float):
            return self._is_number(value) and self._is_in_range(value)
        return isinstance(value, self.type)

    def _is_number(self, value):
        # math.isfinite fails for integers beyond the range of a float.
        kinds = int if self.type is int else int | float
        return isinstance(value, kinds) and not isinstance(value, bool) and abs(value) <= sys.float_info.max

    def _is_in_range(self, value):
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.above is None or value > self.above)
            and (self.maximum is None or value <= self.maximum)
            and not (self.even and value % 2)
        )

    def converted(self, value):
        """Convert a valid value for storage: mappings to parameter sets, lists to tuples."""
        if value is None and self.nullable:
            return None
        if self.is_section:
            return value if isinstance(value, self.type) else self.type(**value)
        if self.type is tuple:
            return tuple(self.of.converted(item) if self.of else item for item in value)
        return dict(value) if self.type is dict else value
