"""Selection of the device for computations."""

from pathlib import Path

from texture_core.errors import ParameterError

DEVICES = ("auto", "cpu", "cuda")


def gpu_present():
    """Return whether this machine has an NVIDIA GPU, without importing torch."""
    return Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


def resolve_device(device="auto"):
    """Resolve ``auto``, ``cpu`` or ``cuda`` to ``cpu`` or ``cuda``.

    Raises
    ------
    ParameterError
        If the name is unknown, or ``cuda`` is requested and torch finds no CUDA device.
    """
    if device not in DEVICES:
        raise ParameterError(f"device: expected auto, cpu or cuda, found {device!r}")
    if device == "cpu":
        return "cpu"
    import torch

    if torch.cuda.is_available():
        # TensorFloat-32 has a 10-bit mantissa, too few for the gradient differences of quasi-Newton methods.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        return "cuda"
    if device == "cuda":
        raise ParameterError(
            "device: cuda was requested, but torch finds no CUDA device; check the driver and that torch is a CUDA "
            "build, or set device: auto"
        )
    return "cpu"
