"""Run a small study again and again, with faults by turns, and watch memory: ``python -m benchmarks.soak --help``."""

import argparse
import itertools
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.soak.faults import FAULTS, FaultError, mended
from benchmarks.soak.memory import MemoryWatch
from benchmarks.soak.study import CHECKOUT, Study
from benchmarks.soak.summary import summarize
from texture_core.records.files import read_json, write_json


def soak(folder, hours, share, output):
    """Rounds until the time is over; the record is written after each.

    Parameters
    ----------
    folder : path
        For the study; on a real disk, with some megabytes.
    hours : float
    share : float
        Of one core, which rounds take on average; pauses see to it.
    output : path
        Of the record, JSON.
    """
    study, chance = Study(folder), random.Random(0)
    with study.run() as run:
        if run.wait() != 0:
            raise SystemExit(f"the study fails without any fault:\n{run.text}")
    expected = study.bytes()
    library = subprocess.Popen([sys.executable, "-m", "benchmarks.soak.library"], cwd=CHECKOUT)
    rounds, began_at = [], datetime.now(UTC).isoformat(timespec="seconds")
    try:
        with MemoryWatch() as watch:
            for fault in itertools.cycle(FAULTS):
                if watch.hours() >= hours:
                    break
                began = time.monotonic(), processor_seconds()
                rounds.append(one_round(study, fault, chance, expected) | {"hours": watch.hours()})
                write_record(output, began_at, rounds, watch)
                until = began[0] + (processor_seconds() - began[1]) / share
                time.sleep(max(0.0, until - time.monotonic()))
    finally:
        library.kill()
        library.wait()
    write_record(output, began_at, rounds, watch)


def one_round(study, fault, chance, expected):
    """A study from its beginning, with a fault, and a rerun that must end with the expected bytes."""
    began = time.monotonic()
    problem = ""
    study.clear()
    try:
        fault(study, chance)
        with study.run() as run:
            if run.wait() != 0:
                problem = f"the rerun failed:\n{run.text[-3000:]}"
        if not problem:
            problem = different(study.bytes(), expected)
    except (FaultError, OSError) as error:
        problem = str(error)
    finally:
        mended(study)
    return {
        "fault": fault.__name__,
        "problem": problem,
        "seconds": time.monotonic() - began,
        "snakemake_files": len(study.records()),
    }


def processor_seconds():
    """What the processes that this one has started and that have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def different(found, expected):
    """What is wrong with some results; empty if nothing is."""
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    return f"other bytes after the rerun: {', '.join(names)}" if names else ""


def write_record(output, began_at, rounds, watch):
    """Write what is known so far."""
    write_json(
        output,
        {
            "began": began_at,
            "machine": platform.platform(),
            "rounds": rounds,
            "peak_megabytes": {kind: list(values) for kind, values in dict(watch.peaks).items()},
            "library_megabytes": list(watch.steady),
        },
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--share", type=float, default=0.25, help="of one core, on average, by pauses between rounds")
    parser.add_argument("--output", type=Path, default=Path("soak.json"), help="the record, written after every round")
    parser.add_argument("--summary", action="store_true", help="run nothing, and show what the record tells")
    arguments = parser.parse_args()
    if not arguments.summary:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            soak(folder, arguments.hours, arguments.share, arguments.output)
    print(summarize(read_json(arguments.output)))


if __name__ == "__main__":
    main()
