"""Train the logistic regressions on the released AudioSet embeddings: ``python -m`` this module."""

import argparse
import sys
from pathlib import Path

from texture_core.classifiers.audioset import read_examples
from texture_core.classifiers.logistic import evaluate_head, train_head, write_head
from texture_core.errors import TextureError
from texture_core.runtime.progress import Progress


def main():
    """Run the command; return 1, after a message, for an error that the user can fix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("training", nargs="+", type=Path, help="TFRecord files or folders of them, to train on")
    parser.add_argument("--evaluation", nargs="*", type=Path, default=[], help="files or folders to report accuracy on")
    parser.add_argument("--output", type=Path, required=True, help="the HDF5 file to write")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--batch-size", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    try:
        _train(parser.parse_args())
    except TextureError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _train(arguments):
    examples = read_examples(arguments.training)
    print(f"{len(examples.labels)} clips with {len(examples.embeddings)} embeddings to train on")
    settings = {name: getattr(arguments, name) for name in ("steps", "learning_rate", "batch_size", "seed")}
    with Progress("logistic regressions", arguments.steps) as progress:
        head = train_head(examples, **settings, device=arguments.device, progress=progress)
    write_head(arguments.output, head, settings)
    if arguments.evaluation:
        figures = evaluate_head(head, read_examples(arguments.evaluation))
        print(
            f"accuracy {figures['accuracy']:.4f} (paper 0.9942), cross entropy {figures['cross_entropy']:.4f} (0.0584)"
        )


if __name__ == "__main__":
    sys.exit(main())
