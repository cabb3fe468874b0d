"""Estimates of computing times."""

import json

import pytest

from texture_core.app.speed import Speed


def test_estimates_are_of_starting_computing_and_comparing(tmp_path):
    speed = Speed(tmp_path / "speed.json", threads=1)
    assert not speed.known and speed.seconds(1.0, 8.0, scored=True) is None
    speed.add(cost=1.0, rate=2.0, start=3.0, after=5.0)
    assert speed.seconds(1.0, 8.0, scored=True) == 3 + 2 * 8 + 5
    assert speed.seconds(1.0, 8.0, scored=False) == 3 + 2 * 8
    assert speed.seconds(3.0, 8.0, scored=True) == 3 + 3 * 2 * 8 + 5
    # What was measured at a cost counts for it, and a morph says nothing of scores.
    speed.add(cost=3.0, rate=9.0, start=3.0, after=None)
    assert speed.seconds(3.0, 8.0, scored=True) == 3 + 9 * 8 + 5
    assert Speed(tmp_path / "speed.json", threads=1).seconds(3.0, 8.0, scored=True) == 3 + 9 * 8 + 5


def test_times_of_another_machine_or_a_damaged_file_do_not_count(tmp_path):
    path = tmp_path / "speed.json"
    Speed(path, threads=1).add(cost=1.0, rate=2.0, start=3.0, after=5.0)
    assert not Speed(path, threads=2).known
    kept = json.loads(path.read_text())
    for times in ({"cost": 1.0, "rate": 2.0, "start": 3.0}, {"cost": 1.0, "rate": 2.0, "start": 3.0, "after": "x"}, 1):
        path.write_text(json.dumps(kept | {"measured": [times]}))
        assert not Speed(path, threads=1).known


@pytest.mark.parametrize("count", [1, 6])
def test_estimates_follow_the_last_textures(tmp_path, count):
    speed = Speed(tmp_path / "speed.json", threads=1)
    for _ in range(count):
        speed.add(cost=1.0, rate=9.0, start=9.0, after=9.0)
    for _ in range(5):
        speed.add(cost=1.0, rate=1.0, start=1.0, after=1.0)
    assert speed.seconds(1.0, 1.0, scored=True) == 3
