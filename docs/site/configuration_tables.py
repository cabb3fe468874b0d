"""The tables of keys in config/README.md, made from the schema of the configuration.

``python docs/site/configuration_tables.py`` writes them there; a test holds the two together.
"""

import re
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).parents[2]
SCHEMA = CHECKOUT / "workflow/schemas/configuration.schema.yaml"
DOCUMENT = CHECKOUT / "config/README.md"
HEADER = "| key | unit | default | meaning |\n|---|---|---|---|\n"


def leaves(schema, prefix=""):
    """Every key with its schema, sections resolved to dotted paths."""
    for key, below in schema["properties"].items():
        if "properties" in below:
            yield from leaves(below, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", below


def default_text(value):
    """A default as YAML 1.1 reads it back: small numbers with an exponent, a dot before it and a sign in it."""
    if isinstance(value, float) and value and not 1e-3 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:e}".split("e")
        return f"{float(mantissa)}e{int(exponent):+d}"
    if value is None or isinstance(value, bool | dict | list):
        return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
    return str(value)


def meaning(schema):
    """The description; before it the choices, unless it names each of them itself."""
    choices = [str(choice) for choice in schema.get("enum", []) if choice is not None]
    named = all(re.search(rf"\b{choice}\b", schema["description"]) for choice in choices)
    listed = "" if named else ", ".join(f"`{choice}`" for choice in choices) + ". "
    return (listed + schema["description"]).replace("|", "\\|")


def table(schema):
    """The rows of a schema's keys below one header."""
    return HEADER + "".join(
        f"| `{key}` | {below.get('unit', '')} | `{default_text(below.get('default', {}))}` | {meaning(below)} |\n"
        for key, below in leaves(schema)
    )


def with_tables(text):
    """The document with its two tables of keys, the configuration's and a setting's, as the schema has them."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    tables = iter([table(schema), table(schema["$defs"]["parameters"])])
    text, found = re.subn(rf"^{re.escape(HEADER)}(?:\|.*\n)*", lambda match: next(tables), text, flags=re.MULTILINE)
    if found != 2:
        raise ValueError(
            f"{DOCUMENT}: expected two tables that begin with the line {HEADER.splitlines()[0]}, found {found}"
        )
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
