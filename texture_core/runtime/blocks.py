"""Blocks of large arrays.

The C library returns large arrays to the system when they are freed, and each new one costs page faults. In blocks of a
few megabytes, the same memory is used again.
"""

# Frames of a large array. Smaller ones are not divided, because rounding may depend on the division.
_LARGE_FRAMES = 8192
# Elements of a block.
_BLOCK = 1 << 21


def is_large(values):
    """Return whether a tensor (rows, frames) should be processed in blocks; never on a GPU."""
    return values.shape[-1] > _LARGE_FRAMES and not values.is_cuda


def row_blocks(values, length=None):
    """Divide the rows of a tensor into blocks.

    Parameters
    ----------
    values : torch.Tensor
        (rows, frames).
    length : int, optional
        Elements per row of the arrays that are computed from a block; default: the number of frames.

    Yields
    ------
    slice
        The rows of a block; all rows if the tensor is not large.
    """
    rows = len(values)
    step = max(_BLOCK // (length or values.shape[1]), 1) if is_large(values) else rows
    for first in range(0, rows, step):
        yield slice(first, min(first + step, rows))
