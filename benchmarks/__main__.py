"""Measure the library against the plain reference: ``python -m benchmarks --help``."""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import torch

from benchmarks.problems import engine_parameters, load, networks
from benchmarks.reference import ReferenceObjective
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram

FRAME_RATE = 250.0
_REPEATS = 7


def evaluation(arguments):
    """Measure the seconds for a loss and its gradient, reference and library in turn, and how the gradients differ."""
    ratios = []
    for problem in load(arguments.textures, arguments.duration, arguments.recordings):
        reference, engine, iterate = _objectives(problem, arguments, torch.float32)
        row = {"texture": problem.name, **_in_turn(reference, engine, iterate)}
        for dtype in (torch.float32, torch.float64):
            exact, _, _ = _objectives(problem, arguments, torch.float64, beta=0)
            _, other, iterate = _objectives(problem, arguments, dtype, beta=0)
            expected = exact.value_and_gradient(iterate.double())[1]
            difference = torch.linalg.vector_norm(other.evaluate(iterate)[1].double() - expected)
            row[f"gradient_error_{str(dtype)[6:]}"] = (difference / torch.linalg.vector_norm(expected)).item()
        print(json.dumps(row), flush=True)
        ratios.append(row["ratio"])
    print(f"geometric mean of the ratios: {statistics.geometric_mean(ratios):.3g}")


def _objectives(problem, arguments, dtype, beta=None):
    beta = arguments.beta if beta is None else beta
    target = problem.log_magnitude.to(dtype)
    reference = ReferenceObjective(target, networks(arguments.filters, dtype=dtype), arguments.alpha, beta)
    engine = Objective(target, engine_parameters(arguments.filters, arguments.alpha, beta), FRAME_RATE, 0)
    return reference, engine, _noise(problem).to(dtype)


def _noise(problem):
    return initial_spectrogram.noise(problem.log_magnitude, torch.Generator().manual_seed(0))


def _in_turn(reference, engine, iterate):
    calls = {"reference": lambda: reference.value_and_gradient(iterate), "engine": lambda: engine.evaluate(iterate)}
    seconds = {name: [] for name in calls}
    for _ in range(_REPEATS + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - began)
    medians = {f"{name}_seconds": statistics.median(values[1:]) for name, values in seconds.items()}
    return medians | {"ratio": medians["reference_seconds"] / medians["engine_seconds"]}


def memory(arguments):
    """Measure the peak memory in bytes of a process that evaluates three times, for each way in a new process."""
    for which in ("reference", "engine", "sparing"):
        # The same command, with another name.
        command = [which if word == "memory" else word for word in sys.argv[1:]]
        subprocess.run([sys.executable, "-m", "benchmarks", *command], check=True)


def peak(arguments):
    """Measure the peak memory of the reference, the engine or the engine network by network; see memory."""
    problem = load(arguments.textures[:1], arguments.duration, arguments.recordings)[0]
    before = _peak()
    iterate = _noise(problem)
    weights = (arguments.filters, arguments.alpha, arguments.beta)
    if arguments.command == "reference":
        networks_ = networks(arguments.filters)
        evaluate = ReferenceObjective(problem.log_magnitude, networks_, *weights[1:]).value_and_gradient
    else:
        objective = Objective(problem.log_magnitude, engine_parameters(*weights), FRAME_RATE, 0)
        objective.sparing = arguments.command == "sparing"
        evaluate = objective.evaluate
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        evaluate(iterate)
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"way": arguments.command, "before": before, "peak": _peak(), "seconds": min(seconds)}))


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    functions = {"evaluation": evaluation, "memory": memory, "reference": peak, "engine": peak, "sparing": peak}
    parser.add_argument("command", choices=functions, help="what to measure; the last three are the parts of memory")
    parser.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
    parser.add_argument("--textures", nargs="+", default=["tapping", "chimes", "rain"])
    parser.add_argument("--duration", type=float, default=7.0, help="seconds of each texture")
    parser.add_argument("--filters", type=int, default=512)
    parser.add_argument("--alpha", type=float, default=1e3)
    parser.add_argument("--beta", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    functions[arguments.command](arguments)


main()
