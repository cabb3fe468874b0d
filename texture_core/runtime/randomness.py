"""Explicit random generators: this project never draws from a global state."""

import hashlib


def derive_seed(seed, *labels):
    """Derive the seed for one purpose from the user's seed.

    Parameters
    ----------
    seed : int
        The user's seed.
    *labels : str or int
        Purpose of the draw, e.g. a texture, a setting and a name.

    Returns
    -------
    int
        In [0, 2**63), the same on every machine.
    """
    text = "\x1f".join([str(int(seed)), *map(str, labels)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def torch_generator(seed, *labels):
    """Return a CPU ``torch.Generator`` for one purpose; draws do not depend on the device of the computation."""
    import torch

    return torch.Generator().manual_seed(derive_seed(seed, *labels))


def numpy_generator(seed, *labels):
    """Return a ``numpy.random.Generator`` for one purpose."""
    import numpy as np

    return np.random.default_rng(derive_seed(seed, *labels))
