"""Explicit random generators: no draw of this project comes from a global state."""

import hashlib


def derive_seed(seed, *labels):
    """Derive a seed for one purpose from the user's seed.

    Parameters
    ----------
    seed : int
        The user's seed.
    *labels : str or int
        What the draw is for, e.g. a texture, a setting and a purpose.

    Returns
    -------
    int
        In [0, 2**63), the same on every machine.
    """
    text = "\x1f".join([str(int(seed)), *map(str, labels)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def torch_generator(seed, *labels):
    """A CPU ``torch.Generator`` for one purpose; CPU draws are the same whatever device computes afterwards."""
    import torch

    return torch.Generator().manual_seed(derive_seed(seed, *labels))


def numpy_generator(seed, *labels):
    """A ``numpy.random.Generator`` for one purpose."""
    import numpy as np

    return np.random.default_rng(derive_seed(seed, *labels))
