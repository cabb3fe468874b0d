"""Damage to files, as hypothesis draws it: edits anywhere, half of them in headers, and sizes that break sums."""

import struct

from hypothesis import strategies as st

# Sizes, counts and rates that a header may claim.
_CLAIMS = (0, 1, 2, 255, 1024, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_integers = st.one_of(st.sampled_from(_CLAIMS), st.integers(0, 0xFFFFFFFF))
_positions = st.one_of(st.integers(0, 127), st.integers(0, 1 << 14))
_values = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.builds(struct.pack, st.sampled_from(("<I", ">I")), _integers),
    st.builds(struct.pack, st.sampled_from(("<Q", ">Q")), st.integers(0, (1 << 64) - 1)),
)
_edits = st.tuples(st.sampled_from(("overwrite", "overwrite", "insert", "delete", "truncate")), _positions, _values)


def damaged(content):
    """A strategy for a file's content with one to six edits.

    Parameters
    ----------
    content : bytes or strategy of bytes
        Of a whole file.
    """
    contents = st.just(content) if isinstance(content, bytes) else content
    return st.builds(_edited, contents, st.lists(_edits, min_size=1, max_size=6))


def _edited(content, edits):
    for kind, position, value in edits:
        position %= len(content) + 1
        if kind == "overwrite":
            content = content[:position] + value + content[position + len(value) :]
        elif kind == "insert":
            content = content[:position] + value + content[position:]
        elif kind == "delete":
            content = content[:position] + content[position + len(value) :]
        else:
            content = content[:position]
    return content
