"""Memory estimates, and error messages for running out of memory."""

from contextlib import contextmanager

from texture_core.errors import TextureError

# The interpreter with torch, MB.
PROCESS = 500
_BYTES = 4


class MemoryShortageError(TextureError):
    """A computation needed more memory than the device has."""


def synthesis_megabytes(parameters, frames, bins):
    """Estimate the peak memory of the tensors of a synthesis in MB (1e6 bytes), on any device.

    The estimate adds up feature maps, weights, Gram matrices and the optimiser's spectra. Together with `PROCESS` it is
    somewhat above the peaks that were measured: 870 MB for 7 s at the paper's 512 filters, 1410 MB for
    4 s with 4096 filters of width 11, 740 MB for 7 s with 128 filters of widths 2 to 256.

    Parameters
    ----------
    parameters : Parameters
        Other extractors are treated as an ensemble with the same widths and filters.
    frames : float
    bins : int

    Returns
    -------
    float
    """
    filters, widths = parameters.features.filters, parameters.features.kernel_widths
    if parameters.features.type == "limit":
        patches = frames / parameters.frame_step / parameters.features.options.get("stride", 2)
        products = 2 * len(widths) * patches**2
        return PROCESS + (products + (20 + 4 * parameters.optimizer.history) * bins * frames) * _BYTES / 1e6
    maps = len(widths) * filters * frames
    weights = bins * filters * sum(widths)
    grams = len(widths) * filters**2
    # The optimiser stores two double-precision spectra for each remembered step.
    spectra = (10 + 4 * parameters.optimizer.history) * bins * frames
    return (20 * maps + 4 * weights + 6 * grams + spectra) * _BYTES / 1e6


@contextmanager
def explained_shortage(parameters, frames, bins, device, advice=None):
    """Turn an out-of-memory error into one that says how much was needed and what to change.

    There is no batch size to reduce: each statistic depends on all frames of the spectrogram. Evaluating one network at
    a time (`texture_core.losses.by_network`) is tried before this error is raised.

    Parameters
    ----------
    parameters : Parameters
    frames, bins : int
        Of the spectrogram.
    device : {'cpu', 'cuda'}
    advice : str, optional
        What to change; by default, advice for the workflow.

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
            f"{features.filters} filters need about {wanted:.1f} GB; {advice or _advice(device)}"
        ) from error


def _advice(device):
    advice = "lower audio.duration or features.filters, run fewer syntheses at a time"
    if device == "cuda":
        return f"{advice} (--resources gpu=1, or a card for each job), or set device: cpu"
    return f"{advice} (--cores), or on a cluster request more (mem_mb in --set-resources, for the rule that failed)"


def is_shortage(error):
    """Return whether an error means out of memory, on the CPU or on a GPU."""
    import torch

    # On the CPU torch has no error class for it.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
