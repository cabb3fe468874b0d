"""What goes wrong in a round: each fault is a function of the study that leaves it for a rerun to mend."""

import contextlib
import signal

import psutil

from benchmarks.soak.study import mount, unmount


class FaultError(Exception):
    """A fault did not show as it should have; the message tells how."""


def kill_job(study, chance):
    """SIGKILL to a job."""
    with study.run() as run:
        _wait_for_a_synthesis(study, run, chance)
        for job in run.jobs():
            with contextlib.suppress(psutil.NoSuchProcess):
                job.kill()
        _expect(run.wait() != 0, "the run did not fail with its job", run)


def kill_snakemake(study, chance):
    """SIGKILL to Snakemake, whose jobs go on for a moment."""
    with study.run() as run:
        _wait_for_a_synthesis(study, run, chance)
        run.process.kill()
        run.wait()
    study.unlock()


def terminate_snakemake(study, chance):
    """SIGTERM to Snakemake and its jobs, as a machine that shuts down sends it."""
    with study.run() as run:
        _wait_for_a_synthesis(study, run, chance)
        for process in (run.process, *run.process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGTERM)
        _expect(run.wait() != 0, "the run succeeded though it was told to end", run)
    study.unlock()


def fill_disk(study, chance):
    """A disk too small for the results, which then grows."""
    study.results.mkdir(exist_ok=True)
    mount(study.results, "size=100k")
    with study.run() as run:
        _expect(run.wait() != 0, "the results fitted on the small disk", run)
        _expect("No space left on device" in run.text, "it is not told that the disk is full", run)
        _expect("Traceback" not in run.text, "a full disk ends in a traceback", run)
    mount(study.results, "size=50m")


def forbid_writing(study, chance):
    """A disk that is read-only after the first results."""
    study.results.mkdir(exist_ok=True)
    mount(study.results, "size=50m")
    first = f"results/demo/spectrogram/{study.synthesis.name}"
    with study.run(first) as run:
        _expect(run.wait() == 0, "the first results could not be made", run)
    mount(study.results, "ro")
    with study.run() as run:
        _expect(run.wait() != 0, "the run succeeded on a disk that is read-only", run)
        _expect(
            "expected a folder that can be written to" in run.text, "it is not told that nothing can be written", run
        )
        _expect("Traceback" not in run.text, "a read-only disk ends in a traceback", run)
    mount(study.results, "rw")


def corrupt_checkpoint(study, chance):
    """A byte of the checkpoint of an interrupted synthesis is another."""
    with study.run() as run:
        _wait_for_a_synthesis(study, run, chance)
    study.unlock()
    content = bytearray(study.checkpoint.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    study.checkpoint.write_bytes(content)


def truncate_output(study, chance):
    """A synthesis lost its end, and its reader says so; its user deletes it as told."""
    _finish(study)
    content = study.synthesis.read_bytes()
    study.synthesis.write_bytes(content[: chance.randrange(len(content))])
    with study.run() as run:
        _expect(run.wait() != 0, "a truncated synthesis was used", run)
        _expect("delete it and run again" in run.text, "it is not told what to do with a truncated file", run)
        _expect("Traceback" not in run.text, "a truncated file ends in a traceback", run)
    study.synthesis.unlink()


def delete_output(study, chance):
    """A result of a finished study is deleted."""
    _finish(study)
    # Of the page the folder is one result; and what all results are made from nobody asks for when they are there.
    others = ("demo/listening/", "demo/recordings/")
    name = chance.choice(sorted(name for name in study.bytes() if not name.startswith(others)))
    (study.results / name).unlink()


FAULTS = (
    kill_job,
    kill_snakemake,
    terminate_snakemake,
    fill_disk,
    forbid_writing,
    corrupt_checkpoint,
    truncate_output,
    delete_output,
)


def mended(study):
    """Undo what a fault did to the folder itself."""
    unmount(study.results)


def _wait_for_a_synthesis(study, run, chance):
    """Until a synthesis has saved its state, and for a while at random; it must still be under way."""
    _expect(run.wait_for(study.checkpoint.exists), "no synthesis saved its state", run)
    with contextlib.suppress(psutil.TimeoutExpired):
        run.process.wait(chance.uniform(0.0, 0.5))


def _finish(study):
    with study.run() as run:
        _expect(run.wait() == 0, "an undisturbed run failed", run)


def _expect(condition, problem, run):
    if not condition:
        raise FaultError(f"{problem}; the end of what the run told:\n{run.text[-3000:]}")
