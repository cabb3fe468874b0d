"""Measure the library against the plain reference: ``python -m benchmarks --help``."""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

from benchmarks.picture import draw_race
from benchmarks.problems import engine_parameters, load, networks
from benchmarks.quality import quality_rows, short_budget_rows
from benchmarks.race import FRAME_RATE, race
from benchmarks.reference import ReferenceObjective
from texture_core.losses.objective import Objective
from texture_core.methods import initial_spectrogram


def evaluation(arguments):
    """Seconds for one loss and gradient, reference and engine in turn; and how far their gradients differ."""
    rows = []
    for problem in load(arguments.textures, arguments.duration, arguments.recordings):
        reference, engine, iterate = _objectives(problem, arguments, torch.float32)
        row = {"texture": problem.name, **_in_turn(arguments.repeats, reference, engine, iterate)}
        for dtype in (torch.float32, torch.float64):
            exact, _, _ = _objectives(problem, arguments, torch.float64, beta=0)
            _, other, iterate = _objectives(problem, arguments, dtype, beta=0)
            expected = exact.value_and_gradient(iterate.double())[1]
            difference = torch.linalg.vector_norm(other.evaluate(iterate)[1].double() - expected)
            row[f"gradient_error_{str(dtype)[6:]}"] = (difference / torch.linalg.vector_norm(expected)).item()
        rows.append(row)
        print(json.dumps(row), flush=True)
    ratio = _geometric_mean([row["ratio"] for row in rows])
    return {"rows": rows, "ratio": ratio}


def _objectives(problem, arguments, dtype, beta=None):
    beta = arguments.beta if beta is None else beta
    target = problem.log_magnitude.to(arguments.device, dtype)
    reference = ReferenceObjective(target, networks(arguments.filters, dtype=dtype), arguments.alpha, beta)
    parameters = engine_parameters(arguments.filters, arguments.alpha, beta)
    engine = Objective(target, parameters, FRAME_RATE, 0)
    iterate = initial_spectrogram.noise(problem.log_magnitude, torch.Generator().manual_seed(0)).to(target)
    return reference, engine, iterate


def _in_turn(repeats, reference, engine, iterate):
    calls = {"reference": lambda: reference.value_and_gradient(iterate), "engine": lambda: engine.evaluate(iterate)}
    seconds = {name: [] for name in calls}
    for _ in range(repeats + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if iterate.is_cuda:
                torch.cuda.synchronize()
            seconds[name].append(time.perf_counter() - began)
    medians = {f"{name}_seconds": statistics.median(values[1:]) for name, values in seconds.items()}
    return medians | {"ratio": medians["reference_seconds"] / medians["engine_seconds"]}


def memory(arguments):
    """Peak memory of a process that does nothing but a few evaluations, each way in a process of its own."""
    result = {}
    for which in ("reference", "engine", "sparing"):
        command = [sys.executable, "-m", "benchmarks", "peak", which, *_common(arguments)]
        result[which] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(which, result[which], flush=True)
    return result


def peak(arguments):
    """Peak memory in bytes of this process after three evaluations; for `memory`."""
    problem = load(arguments.textures[:1], arguments.duration, arguments.recordings)[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    target = problem.log_magnitude
    iterate = initial_spectrogram.noise(target, torch.Generator().manual_seed(0))
    if arguments.which == "reference":
        objective = ReferenceObjective(target, networks(arguments.filters), arguments.alpha, arguments.beta)
        call = objective.value_and_gradient
    else:
        parameters = engine_parameters(arguments.filters, arguments.alpha, arguments.beta)
        objective = Objective(target, parameters, FRAME_RATE, 0)
        objective.sparing = arguments.which == "sparing"
        call = objective.evaluate
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        call(iterate)
        seconds.append(time.perf_counter() - began)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"before": before, "peak": after, "seconds": min(seconds)}))


def time_to_loss(arguments):
    """Seconds until the engine is at the loss that the reference has after some iterations, judged in float64."""
    rows, curves = [], {}
    for problem in load(arguments.textures, arguments.duration, arguments.recordings):
        found, curves[problem.name] = race(problem, arguments)
        rows += found
        for row in found:
            print(json.dumps(row), flush=True)
    if arguments.picture:
        draw_race(curves, arguments.picture)
    marks = sorted({row["iterations"] for row in rows})
    means = {mark: _geometric_mean([r["ratio"] for r in rows if r["iterations"] == mark]) for mark in marks}
    return {"rows": rows, "ratio": means, "curves": curves}


def quality(arguments):
    """Loss and scores of reference and engine at equal iterations, over textures and seeds."""
    return _rows_of(quality_rows, arguments)


def short_budget(arguments):
    """Scores of the full loss in the time that the engine needs for some iterations of Gram alone."""
    return _rows_of(short_budget_rows, arguments)


def _rows_of(function, arguments):
    rows = []
    for problem in load(arguments.textures, arguments.duration, arguments.recordings):
        for row in function(problem, arguments):
            rows.append(row)
            print(json.dumps(row), flush=True)
    return {"rows": rows}


def _geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def _common(arguments):
    options = ["--duration", str(arguments.duration), "--filters", str(arguments.filters)]
    options += ["--alpha", str(arguments.alpha), "--beta", str(arguments.beta), "--threads", str(arguments.threads)]
    if arguments.recordings:
        options += ["--recordings", arguments.recordings]
    return [*options, "--textures", *arguments.textures]


def _parser():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for function in (evaluation, memory, peak, time_to_loss, quality, short_budget):
        command = commands.add_parser(function.__name__.replace("_", "-"), help=function.__doc__.splitlines()[0])
        command.set_defaults(function=function)
        if function is peak:
            command.add_argument("which", choices=["reference", "engine", "sparing"])
        command.add_argument("--recordings", help="folder of the study's recordings; default: the demo's textures")
        command.add_argument("--textures", nargs="+", default=["tapping", "chimes", "rain"])
        command.add_argument("--duration", type=float, default=7.0, help="seconds of each texture")
        command.add_argument("--filters", type=int, default=512)
        command.add_argument("--alpha", type=float, default=1e3)
        command.add_argument("--beta", type=float, default=1e-4)
        command.add_argument("--repeats", type=int, default=7)
        command.add_argument("--threads", type=int, default=2)
        command.add_argument("--device", default="cpu")
        command.add_argument("--marks", type=int, nargs="+", default=[100, 300], help="the reference's iterations")
        command.add_argument("--engine-iterations", type=int, default=200)
        command.add_argument(
            "--engine-start", choices=["noise", "surrogate"], default="surrogate", help="of time-to-loss"
        )
        command.add_argument("--iterations", type=int, default=100, help="of quality")
        command.add_argument("--seeds", type=int, default=3, help="of quality and short-budget")
        command.add_argument("--gram-iterations", type=int, default=200, help="of short-budget: what the time is of")
        command.add_argument("--short-alpha", type=float, default=3.0, help="of short-budget: α of the full loss")
        command.add_argument("--short-iterations", type=int, default=60, help="of short-budget: of the spectrogram")
        command.add_argument("--picture", type=Path, help="of time-to-loss: draw loss against seconds there")
        command.add_argument("--output", type=Path, help="write the result there, as JSON")
    return parser


def main():
    arguments = _parser().parse_args()
    torch.set_num_threads(arguments.threads)
    result = arguments.function(arguments)
    if result is not None:
        result["arguments"] = {
            k: v for k, v in vars(arguments).items() if k not in ("function", "output", "picture", "recordings")
        }
        result["torch"] = torch.__version__
        text = json.dumps(result, indent=1)
        print(text) if arguments.output is None else arguments.output.write_text(text + "\n", encoding="utf-8")


main()
