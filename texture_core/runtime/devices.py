"""Which device computes."""

from pathlib import Path

from texture_core.errors import ParameterError

DEVICES = ("auto", "cpu", "cuda")


def gpu_present():
    """Whether this machine shows an NVIDIA GPU to programs; found without importing torch."""
    return Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


def resolve_device(device="auto"):
    """Turn ``auto``, ``cpu`` or ``cuda`` into ``cpu`` or ``cuda``.

    Raises
    ------
    ParameterError
        If the name is another, or ``cuda`` is demanded and torch finds none.
    """
    if device not in DEVICES:
        raise ParameterError(f"device: expected auto, cpu or cuda, found {device!r}")
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        # TensorFloat-32 has 10 bits of mantissa, and a quasi-Newton method lives on differences of gradients.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        return "cuda"
    if device == "cuda":
        raise ParameterError(
            "device: cuda was demanded, but torch finds no CUDA device here; check the driver and that torch is a CUDA "
            "build, or set device: auto"
        )
    return "cpu"
