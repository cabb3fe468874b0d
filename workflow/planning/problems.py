"""Problems in the user's input, collected and reported together."""

import difflib

from texture_core.errors import TextureError


class PlanningError(TextureError):
    """The configuration or the corpus is unusable.

    Parameters
    ----------
    problems : sequence of str
        One line each: where, what was expected, what was found, what to do.
    """

    def __init__(self, problems):
        self.problems = tuple(dict.fromkeys(problems))
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = [f"{head} in the configuration and its corpus; nothing was run.", *self.problems]
        super().__init__("\n  - ".join(lines))


def listing(values, conjunction="or"):
    """Join values as in 'a, b or c'."""
    values = [str(value) for value in values]
    if len(values) < 2:
        return "".join(values)
    return f"{', '.join(values[:-1])} {conjunction} {values[-1]}"


def shown(value):
    """Format a value for a message: as in YAML, and short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def suggestion(word, known):
    """Return '; did you mean x?' if there is a similar word."""
    near = difflib.get_close_matches(str(word), [str(name) for name in known], 1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""
