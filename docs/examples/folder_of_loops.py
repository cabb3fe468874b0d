"""Make a seamless loop from each recording of a folder; unusable recordings are reported and skipped.

``python docs/examples/folder_of_loops.py recordings loops``
"""

import argparse
import sys
from pathlib import Path

import texture_core as tc
from texture_core.parameters.presets import with_iterations
from texture_core.texture.file import synthesize_to_file
from texture_core.texture.plan import plan_texture

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("recordings", type=Path)
parser.add_argument("loops", type=Path)
parser.add_argument("--seconds", type=float, help="default: as long as the recording")
parser.add_argument("--iterations", type=int, default=120, help="of spectrogram and sound together")
options = parser.parse_args()

parameters = with_iterations(tc.preset_parameters("quick"), options.iterations)
failed = 0
for recording in sorted(options.recordings.iterdir()):
    try:
        samples, sample_rate = tc.read_audio(recording)
        plan = plan_texture(samples, sample_rate, duration=options.seconds, loop=True, parameters=parameters)
        synthesize_to_file(options.loops / f"{recording.stem}-loop.flac", plan, seed=1)
    except tc.TextureError as error:
        print(f"{recording.name}: {error}", file=sys.stderr)
        failed += 1
sys.exit(1 if failed else 0)
