"""Division of large arrays into blocks.

The C library returns large arrays to the system when they are freed, so each new one causes page faults. Blocks of a
few megabytes reuse the same memory.
"""

# Arrays with more frames are large. Smaller ones are not divided, because rounding may depend on the division.
_LARGE_FRAMES = 8192
# Number of elements in a block.
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
        Elements per row of the arrays computed from a block; default: the number of frames.

    Yields
    ------
    slice
        The rows of a block; all rows if the tensor is not large.
    """
    rows = len(values)
    step = max(_BLOCK // (length or values.shape[1]), 1) if is_large(values) else rows
    for first in range(0, rows, step):
        yield slice(first, min(first + step, rows))
