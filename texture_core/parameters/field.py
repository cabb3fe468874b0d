"""Declarations of parameters.

`parameter` declares a field of a `ParameterSet`: its default, range, unit, the paper's value and a description. Name
and type come from the class annotation. Checks, error messages, the documentation of the classes, the tables in
``config/README.md`` and options of the command line are derived from this declaration.
"""

import inspect
from dataclasses import Field, field, replace
from typing import get_args, get_origin

from texture_core.errors import ParameterError
from texture_core.parameters.statement import Mismatch, Statement


def parameter(default, description="", *, item=None, **stated):
    """Declare a field of a `ParameterSet`.

    Parameters
    ----------
    default : object
        A dict is copied for each parameter set.
    description : str
        Whole sentences. Do not repeat range, unit or the paper's value, which the options below give.
    unit : str, optional
        In the plural, such as ``"samples"``.
    paper : object, optional
        The paper's value, where it gives one.
    neutral : object, optional
        For a parameter that was added later: the value that gives the same results as before the parameter existed.
        `to_mapping` omits the field if it has this value, so that adding the parameter reruns nothing.
    choices : tuple of str, optional
        The valid values.
    minimum, above, maximum : number, optional
        The range of a number, or of each number in a list or mapping; `above` is excluded, the others are included.
    even : bool, optional
        Whether the number must be even.
    pattern : str, optional
        A regular expression that the whole text must match.
    lengths : tuple, optional
        The smallest and largest number of items in a list; None for no limit.
    unique : bool, optional
        Whether the items of a list must differ.
    extension : str, optional
        The kind of extension in `texture_core.registry` that the value names, or the items or keys name.
    wording : str, optional
        The expected value in words, for messages; default: derived from type, unit and range.
    item : str, optional
        The same for an item of a list or a value of a mapping.
    """
    metadata = {"default": default, "description": description, **stated}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata={"stated": metadata, "item": item})
    return field(default=default, metadata={"stated": metadata, "item": item})


_OF_ITEMS = {"unit", "minimum", "above", "maximum", "even", "choices", "pattern"}


def _statement(annotation, given):
    """Return the `Statement` of a field, from its annotation and its default or the result of `parameter`."""
    if isinstance(given, Field):
        stated, item = given.metadata["stated"], given.metadata["item"]
    else:
        stated, item = {"default": given}, None
    nullable = type(None) in get_args(annotation)
    if nullable:
        (annotation,) = [kind for kind in get_args(annotation) if kind is not type(None)]
    return replace(_of_type(annotation, stated, item), nullable=nullable)


def _of_type(annotation, stated, item):
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is None:
        return Statement(annotation, **stated)
    inner = arguments[1] if origin is dict else arguments[0]
    of_items = {name: value for name, value in stated.items() if name in _OF_ITEMS}
    of_whole = {name: value for name, value in stated.items() if name not in _OF_ITEMS}
    if item:
        of_items["wording"] = item
    if get_origin(inner) is tuple or inner is tuple:
        of_items["lengths"] = of_whole.pop("lengths", (0, None))
    return Statement(origin, of=_of_type(inner, of_items, None), **of_whole)


class ParameterSet:
    """Base class of the frozen dataclasses of parameters, which checks values on creation.

    A subclass names its section of the configuration, for messages: ``class Audio(ParameterSet, section="audio")``.
    Lists are converted to tuples, and mappings to the parameter sets of their fields.

    Attributes
    ----------
    stated : dict of str to Statement
        Class attribute: the declarations of the fields.

    Raises
    ------
    ParameterError
        If a value is out of range, with its key, what was expected and what was found.
    """

    section = ()
    stated = {}  # noqa: RUF012

    def __init_subclass__(cls, section="", **options):
        super().__init_subclass__(**options)
        cls.section = tuple(section.split(".")) if section else ()
        annotations = inspect.get_annotations(cls)
        cls.stated = {name: _statement(annotation, vars(cls)[name]) for name, annotation in annotations.items()}
        cls.__doc__ = f"{(cls.__doc__ or '').rstrip()}\n\n{_attributes(cls.stated)}"

    def __post_init__(self):
        for name, stated in self.stated.items():
            value = getattr(self, name)
            for mismatch in stated.mismatches(value, (*self.section, name)):
                raise ParameterError(str(mismatch))
            self._set(name, stated.converted(value))

    def _set(self, name, value):
        object.__setattr__(self, name, value)

    def _refuse(self, name, expected):
        """Raise `ParameterError` for a value that conflicts with another field."""
        raise ParameterError(str(Mismatch((*self.section, name), expected, getattr(self, name))))

    @classmethod
    def mismatches(cls, mapping, path=()):
        """Compare a mapping with the declarations of the fields.

        Yields
        ------
        Mismatch
            One for each invalid value and each unknown key.
        """
        for key, value in mapping.items():
            if key in cls.stated:
                yield from cls.stated[key].mismatches(value, (*path, key))
            else:
                expected = f"a known key ({', '.join(cls.stated)})"
                yield Mismatch((*path, str(key)), expected, key, known=tuple(cls.stated))


def _attributes(stated):
    lines = ["    Attributes", "    ----------"]
    for name, one in stated.items():
        lines += [f"    {name} : {one.type.__name__ if one.is_section else one.expected}"]
        if one.description:
            lines += [f"        {one.description}{paper_sentence(one)}"]
    return "\n".join([*lines, "    "])


def paper_sentence(stated):
    """Return `` Paper: 512.`` if the paper gives a value for the parameter, else an empty string."""
    return "" if stated.paper is None else f" Paper: {stated.paper}."


def leaves(cls, prefix=""):
    """List the parameters of a set and of its nested sets.

    Yields
    ------
    key : str
        Dotted path.
    stated : Statement
    """
    for name, stated in cls.stated.items():
        if stated.is_section and not stated.description:
            yield from leaves(stated.type, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", stated


def find(cls, key):
    """Return the `Statement` at a dotted key path; None if the path is unknown or a section."""
    name, _, below = key.partition(".")
    stated = cls.stated.get(name)
    if stated is None or (stated.is_section and not below):
        return None
    if not below:
        return stated
    if stated.is_section:
        return find(stated.type, below)
    if stated.type is dict:
        return stated.of if stated.of and "." not in below else Statement(object)
    return None
