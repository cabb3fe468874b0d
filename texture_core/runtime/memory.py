"""How much memory a synthesis takes, and what is said when there is not so much."""

from contextlib import contextmanager

from texture_core.errors import TextureError

# The interpreter with torch, MB.
PROCESS = 500
_BYTES = 4


class MemoryShortageError(TextureError):
    """A computation wanted more memory than the device has."""


def synthesis_megabytes(parameters, frames, bins):
    """What the tensors of a synthesis take at most, in MB (1e6 bytes), on whatever device.

    The sizes of feature maps, weights, Gram matrices and the optimiser's spectra, with factors that put it somewhat
    above what processes were seen to reach, `PROCESS` added: 870 MB for 7 s at the paper's 512 filters, 1410 MB for
    4 s with 4096 filters of width 11, 740 MB for 7 s with 128 filters of widths 2 to 256.

    Parameters
    ----------
    parameters : Parameters
        An extractor that is no ensemble is taken for one of the same widths and filters.
    frames : float
    bins : int

    Returns
    -------
    float
    """
    filters, widths = parameters.features.filters, parameters.features.kernel_widths
    maps = len(widths) * filters * frames
    weights = bins * filters * sum(widths)
    grams = len(widths) * filters**2
    # The optimiser keeps two spectra, of double precision, for each step that it remembers.
    spectra = (10 + 4 * parameters.optimizer.history) * bins * frames
    return (20 * maps + 4 * weights + 6 * grams + spectra) * _BYTES / 1e6


@contextmanager
def explained_shortage(parameters, frames, bins, device, advice=None):
    """Turn a lack of memory into an error that says how much was wanted and what to change.

    There is no batch to make smaller: a synthesis is one spectrogram, and all of its frames count in each statistic.
    That networks are evaluated one at a time (`texture_core.losses.by_network`) is tried before it comes to this.

    Parameters
    ----------
    parameters : Parameters
    frames, bins : int
        Of the spectrogram.
    device : {'cpu', 'cuda'}
    advice : str, optional
        What to change; default that of the workflow.

    Raises
    ------
    MemoryShortageError
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_shortage(error):
            raise
        features, wanted = parameters.features, synthesis_megabytes(parameters, frames, bins) / 1000
        raise MemoryShortageError(
            f"out of memory on {device}: {frames} frames with {len(features.kernel_widths)} networks of "
            f"{features.filters} filters want about {wanted:.1f} GB; {advice or _advice(device)}"
        ) from error


def _advice(device):
    advice = "lower audio.duration or features.filters, run fewer syntheses at a time"
    if device == "cuda":
        return f"{advice} (--resources gpu=1, or a card for each job), or set device: cpu"
    return f"{advice} (--cores), or on a cluster ask for more (mem_mb in --set-resources, for the rule that failed)"


def is_shortage(error):
    """Whether an error tells of too little memory, on the CPU or on a GPU."""
    import torch

    # On the CPU torch has no error of its own for it.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
