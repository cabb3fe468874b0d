"""Where the checkpoint of a synthesis stands."""

from pathlib import Path


def checkpoint_of(synthesis):
    """The path for a synthesis ``{setting}/synthesis/{texture}.h5``: no output of a rule, so that Snakemake, which
    deletes the outputs of a job that was interrupted, leaves it alone."""
    path = Path(synthesis)
    return path.parents[1] / "checkpoints" / f"{path.stem}.checkpoint"
