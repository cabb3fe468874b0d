"""A texture of one hour takes no more memory than one of minutes, and time in proportion."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

CODE = """
import json, resource, sys, time
import texture_core as tc
from small_texture import small
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.plan import plan_texture

rain = tc.demo_texture("rain", duration=4.0)
found = []
for minutes in (5, 60):
    began = time.process_time()
    plan = plan_texture(rain, 16000, duration=60.0 * minutes, parameters=small(iterations=1, inversion=1))
    synthesize_to_file(f"{sys.argv[1]}/{minutes}.flac", plan, encoding="pcm16", threads=1)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found.append((time.process_time() - began, megabytes))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_an_hour(tmp_path):
    here = Path(__file__).parents[1]
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(here)!r})\n{CODE}", str(tmp_path)]
    (short, few), (long, many) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert soundfile.info(tmp_path / "60.flac").duration == pytest.approx(3600)
    assert many < few + 50
    assert long < 1.3 * 12 * short
    print(f"5 minutes: {short:.0f} s, {few:.0f} MB; one hour: {long:.0f} s, {many:.0f} MB")
