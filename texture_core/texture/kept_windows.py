"""Finished windows on disk, with which a texture that was killed continues instead of starting again.

A window depends only on the plan and on the windows before it. So the windows that are there are read, those that are
missing are computed, and the result is the same to the last bit.
"""

from dataclasses import asdict, replace
from pathlib import Path

import torch

from texture_core.methods.task import SynthesisResult
from texture_core.parameters.mapping import to_mapping
from texture_core.records.checkpoints import Checkpoint, remove_checkpoint
from texture_core.records.provenance import provenance, spectrogram_sum


class KeptWindows:
    """The windows of one texture, a checkpoint each.

    Parameters
    ----------
    checkpoint : CheckpointPlan
        Each window has a file beside its path. Its interval is not used: every finished window is saved.
    plan : TexturePlan
        With weights.
    seed : int
    device : {'cpu', 'cuda'}
    code : str, optional
        Digest of the running code, if known.
    """

    def __init__(self, checkpoint, plan, *, seed, device, code=None):
        self._checkpoint = checkpoint
        self._identity = {
            "parameters": to_mapping(plan.parameters),
            "windows": [asdict(window) for window in plan.windows],
            "loop": plan.loop,
            "duration": plan.duration,
            "unit": plan.target_unit,
            "channels": plan.channels,
            "seed": seed,
            "device": device,
            "threads": torch.get_num_threads(),
            "torch_version": str(torch.__version__),
            "provenance": provenance(plan.target, plan.parameters, device, code=code),
        }
        if plan.morph:
            self._identity |= {"second": spectrogram_sum(plan.morph.second), "positions": plan.morph.positions}

    def load(self, number):
        """Return the `SynthesisResult` of a window, or None if it is not there or of another texture."""
        state = self._of(number).load()
        return None if state is None else SynthesisResult(state["log_magnitude"], state["samples"])

    def save(self, number, result):
        """Save the result of a window; a failure is reported and does not stop the computation."""
        self._of(number).save({"log_magnitude": result.log_magnitude, "samples": result.samples})

    def _of(self, number):
        plan = replace(self._checkpoint, path=window_path(self._checkpoint.path, number))
        return Checkpoint(plan, self._identity | {"window": number})


def window_path(path, number):
    """Return the path of the checkpoint of a window."""
    path = Path(path)
    return path.with_name(f"{path.stem}.window-{number}{path.suffix}")


def remove_windows(path):
    """Remove all windows of a texture that is finished.

    Parameters
    ----------
    path : path
        That of the `CheckpointPlan`.
    """
    path = Path(path)
    if path.parent.is_dir():
        for found in sorted(path.parent.iterdir()):
            if found.name.startswith(f"{path.stem}.window-"):
                remove_checkpoint(found)
