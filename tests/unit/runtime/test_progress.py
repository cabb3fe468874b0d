"""Progress: a bar where somebody looks, lines in a log, silence elsewhere."""

import math
import os
import pty
import re
import sys
import termios
import threading
import time

import pytest

from texture_core.runtime.progress import Progress

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def test_lines_tell_iteration_terms_speed_and_time_left(tmp_path):
    log = tmp_path / "a.log"
    with Progress("rain, full: synthesis", 1000, log_path=log, interval=0) as progress:
        time.sleep(0.2)
        progress(10, {"total": 0.012345, "gram": 2e-6, "diversity": math.nan})
    first, line, last = lines_of(log)
    assert re.fullmatch(STAMP + "rain, full: synthesis: 1000 iterations at most", first)
    match = re.fullmatch(
        STAMP + r"rain, full: synthesis: iteration 10/1000 \| total 1\.23\de-02 \| gram 2\.000e-06 "
        r"\| ([\d.]+) iterations/s \| (\d+) s left",
        line,
    )
    assert match, line
    speed, left = float(match[1]), int(match[2])
    # Ten iterations in at least 0.2 s, and not in much more unless the machine is very busy.
    assert 1 < speed <= 50
    assert left == pytest.approx(990 / speed, abs=1 + 990 * 0.006 / speed**2)
    assert last.endswith(" | done")
    assert "iteration 10/1000" in last


@pytest.mark.parametrize(("interval", "least"), [(1e-9, 12), (0.15, 3), (1000, 2)])
def test_the_interval_is_honoured(interval, least, tmp_path):
    log = tmp_path / "a.log"
    start = time.monotonic()
    with Progress("x", 10, log_path=log, interval=interval) as progress:
        for iteration in range(1, 11):
            time.sleep(0.05)
            progress(iteration)
    # One at the start, one at the end, and the rest at least an interval apart.
    assert least <= len(lines_of(log)) <= min(12, 2 + (time.monotonic() - start) / interval)
    assert "iteration 10/10" in lines_of(log)[-1]
    assert lines_of(log)[-1].endswith("| 0 s left | done")


def test_lines_are_there_while_it_runs(tmp_path):
    log = tmp_path / "a.log"
    with Progress("x", 10, log_path=log, interval=0) as progress:
        assert len(lines_of(log)) == 1
        progress(1, {"total": 1.0})
        assert len(lines_of(log)) == 2


def test_an_earlier_log_is_kept(tmp_path):
    (tmp_path / "a.log").write_text("before\n")
    with Progress("Gräser", 10, log_path=tmp_path / "a.log"):
        pass
    assert lines_of(tmp_path / "a.log")[0] == "before"
    assert "Gräser" in lines_of(tmp_path / "a.log")[1]


def test_an_error_is_told_and_goes_on(tmp_path):
    log = tmp_path / "a.log"
    with pytest.raises(ZeroDivisionError), Progress("x", 10, log_path=log, interval=1000) as progress:
        progress(3, {"total": 1.0})
        _ = 1 / 0
    assert len(lines_of(log)) == 2
    assert "iteration 3/10 | total 1.000e+00" in lines_of(log)[-1]
    assert lines_of(log)[-1].endswith("stopped by ZeroDivisionError")


def run_some():
    with Progress("rain, full", 4) as progress:
        for iteration in range(1, 5):
            progress(iteration, {"total": 0.25})
            time.sleep(0.12)


def test_nothing_is_written_where_nobody_looks(capfd):
    run_some()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_written_on_a_terminal_either_if_quiet(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Progress("rain, full", 4, quiet=True) as progress:
        progress(1, {"total": 0.25})
        time.sleep(0.12)
        progress(2, {"total": 0.25})
    assert capsys.readouterr().err == ""
    run_some()
    assert "loss=2.50e-01" in capsys.readouterr().err


def test_a_bar_on_a_terminal(monkeypatch):
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 100))
    shown = []

    def read():
        while True:
            try:
                data = os.read(leader, 4096)
            except OSError:  # what Linux answers when the other end is closed
                return
            if not data:
                return
            shown.append(data)

    reader = threading.Thread(target=read)
    reader.start()
    with monkeypatch.context() as patch, open(follower, "w", encoding="utf-8") as terminal:
        patch.setattr(sys, "stderr", terminal)
        run_some()
    reader.join()
    os.close(leader)
    text = b"".join(shown).decode()
    assert "rain, full" in text
    assert re.search(r"[1-4]/4", text)
    assert "loss=2.50e-01" in text
    assert "\r" in text
    # The bar goes away in the end and leaves the terminal to what comes next.
    assert "\n" not in text
    assert text.rstrip("\r").split("\r")[-1].strip() == ""


def test_a_log_on_a_full_disk_stops_nothing():
    with Progress("x", 10, log_path="/dev/full", interval=0) as progress:
        progress(1)
        progress.note("a checkpoint was not written")
        progress(2)


def test_what_went_on_from_a_checkpoint_has_the_speed_of_its_own_iterations(tmp_path):
    log = tmp_path / "a.log"
    with Progress("x", 1000, log_path=log, interval=0) as progress:
        progress.note("resuming from a checkpoint after iteration 900")
        time.sleep(0.2)
        progress(901)
    assert lines_of(log)[1].endswith("x: resuming from a checkpoint after iteration 900")
    speed = float(re.search(r"([\d.]+) iterations/s", lines_of(log)[-1])[1])
    assert 0 < speed <= 5
