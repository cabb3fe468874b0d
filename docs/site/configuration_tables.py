"""The tables of keys in config/README.md, made from what is stated of the keys and of the method's parameters.

``python docs/site/configuration_tables.py`` writes them there; a test holds the two together.
"""

import re
import sys
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "config/README.md"
HEADER = "| key | value | default | meaning |\n|---|---|---|---|\n"

sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "workflow")]

from planning.keys import Keys, Setting  # noqa: E402

from texture_core.parameters.field import leaves, paper_sentence  # noqa: E402
from texture_core.parameters.method import ViewParameters  # noqa: E402
from texture_core.parameters.output import OutputParameters  # noqa: E402


def default_text(value):
    """A default as YAML 1.1 reads it back: small numbers with an exponent, a dot before it and a sign in it."""
    if isinstance(value, float) and value and not 1e-3 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{float(mantissa)}e{int(exponent):+d}"
    if isinstance(value, tuple):
        # Of a view its name is enough.
        value = [{"type": item.type} if isinstance(item, ViewParameters) else item for item in value]
    if value is None or isinstance(value, bool | dict | list):
        return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
    return str(value)


def table(cls, which=lambda key: True):
    """The rows of the keys of a parameter set, or of some of them, below one header."""
    rows = [
        f"| `{key}` | {stated.expected} | `{default_text(stated.default)}` | "
        f"{stated.description}{paper_sentence(stated)} |\n"
        for key, stated in leaves(cls)
        if which(key)
    ]
    return HEADER + "".join(rows)


def with_tables(text):
    """The document with its three tables of keys, as they are stated: the configuration's, a setting's, and of sounds.

    Raises
    ------
    ValueError
        If the document has not three such tables.
    """
    of_sounds = OutputParameters.stated
    tables = iter([table(Keys), table(Setting, lambda key: key not in of_sounds), table(OutputParameters)])
    text, found = re.subn(rf"^{re.escape(HEADER)}(?:\|.*\n)*", lambda match: next(tables), text, flags=re.MULTILINE)
    if found != 3:
        raise ValueError(
            f"{DOCUMENT}: expected three tables that begin with the line {HEADER.splitlines()[0]}, found {found}"
        )
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
