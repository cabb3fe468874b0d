"""Properties checked in a process of their own: crashes of C libraries, hangs and blow-ups of memory are seen there."""

import multiprocessing
import resource
import signal
import traceback
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings

# One case is done in milliseconds; a machine may be busy.
CASE_SECONDS = 30
# What a case may need beyond what the process has when it starts.
CASE_MEGABYTES = 400


def check_in_child(strategy, check, cases, megabytes=CASE_MEGABYTES):
    """Check a property of many drawn cases.

    Parameters
    ----------
    strategy : hypothesis strategy
    check : callable
        Called with each case; whatever it raises is a failure, `MemoryError` above the limit too.
    cases : int
        Up to a hundred are the same in every run, more are drawn anew each time.
    megabytes : float
        What the process may take beyond what it has at its start.

    Raises
    ------
    AssertionError
        With the child's traceback and the smallest case that was found; or with the signal that ended the child.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_run, args=(strategy, check, cases, megabytes, sender))
    child.start()
    sender.close()
    try:
        told = receiver.recv()
    except EOFError:
        told = None
    child.join()
    if told is None:
        name = signal.Signals(-child.exitcode).name if child.exitcode < 0 else f"status {child.exitcode}"
        hint = f": a case took more than {CASE_SECONDS} s" if child.exitcode == -signal.SIGALRM else ""
        raise AssertionError(f"the process ended with {name}{hint}; the case is in the test's tmp_path")
    failure, done = told
    assert not failure, failure
    assert done >= 0.9 * cases, f"only {done} of {cases} cases were drawn"


def _run(strategy, check, cases, megabytes, sender):
    started = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (started + megabytes * 1_000_000, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    counter = []
    limits = settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=cases <= 200,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    try:
        limits(given(strategy)(_timed(check, counter)))()
        failure = ""
    except BaseException:
        failure = traceback.format_exc()
    signal.alarm(0)
    sender.send((failure, len(counter)))
    sender.close()


def _timed(check, counter):
    def timed(case):
        signal.alarm(CASE_SECONDS)
        counter.append(None)
        check(case)

    return timed


def of_file(path, read, errors):
    """A check that writes each case to a file and reads it: only `errors` may be raised.

    Parameters
    ----------
    path : path
    read : callable
        Called with the path.
    errors : exception or tuple of them
    """
    return partial(_read_file, path, read, errors)


def _read_file(path, read, errors, content):
    Path(path).write_bytes(content)
    try:
        read(path)
    except errors as error:
        assert str(error), "an error without a message"
