"""Path of the checkpoint of a synthesis."""

from pathlib import Path


def checkpoint_of(synthesis):
    """Return the checkpoint's path for a synthesis ``{setting}/synthesis/{texture}.h5``.

    It is not the output of a rule, because Snakemake deletes the outputs of interrupted jobs.
    """
    path = Path(synthesis)
    return path.parents[1] / "checkpoints" / f"{path.stem}.checkpoint"
