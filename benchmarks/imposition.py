"""How far McDermott & Simoncelli's statistics can be imposed: ``python -m benchmarks.imposition --help``."""

import argparse
import time
import warnings

from benchmarks.problems import load
from texture_core.methods.mcdermott_simoncelli import CLASSES, MOST_ITERATIONS
from texture_core.methods.synthesize_spectrogram import synthesize_spectrogram
from texture_core.parameters.method import OptimizerParameters, Parameters
from texture_core.scores.compute import ScoreInput
from texture_core.scores.mcdermott_snr import compute


def main():
    """Impose them on noise for each texture and duration, and print a row of a Markdown table for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imposition", description=main.__doc__)
    parser.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
    parser.add_argument("--textures", nargs="+", default=["tapping", "chimes", "rain"])
    parser.add_argument("--durations", type=float, nargs="+", default=[2.0, 4.0], help="seconds of each texture")
    parser.add_argument("--iterations", type=int, default=MOST_ITERATIONS, help=f"at most {MOST_ITERATIONS}")
    arguments = parser.parse_args()
    columns = ("texture", "seconds of sound", "average", *CLASSES.values(), "score", "iterations (best)", "CPU seconds")
    print("|", " | ".join(columns), "|")
    print("|", " | ".join([":--"] + ["--:"] * (len(columns) - 1)), "|", flush=True)
    for duration in arguments.durations:
        for problem in load(arguments.textures, duration, arguments.recordings):
            print("|", " | ".join(_row(problem, duration, arguments.iterations)), "|", flush=True)


def _row(problem, duration, iterations):
    parameters = Parameters(method="mcdermott_simoncelli", optimizer=OptimizerParameters(iterations=iterations))
    samples = problem.samples.numpy()
    began = time.process_time()
    with warnings.catch_warnings():
        # The table shows what the warning would say.
        warnings.simplefilter("ignore", UserWarning)
        synthesis = synthesize_spectrogram(
            problem.target, parameters, seed=0, texture=problem.name, device="cpu", target_samples=samples
        )
    seconds = time.process_time() - began
    scored = compute(ScoreInput(problem.target, synthesis.spectrogram, samples, synthesis.samples, 16000))
    found = synthesis.attributes
    decibels = [found["snr_average"], *(found["snr"][name] for name in CLASSES.values()), scored["mcdermott_snr"]]
    count = f"{found['iterations']} ({found['best_iteration']})"
    return [problem.name, f"{duration:g}", *(f"{value:.1f}" for value in decibels), count, f"{seconds:.0f}"]


if __name__ == "__main__":
    main()
