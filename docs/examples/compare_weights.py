"""Compare textures with different alpha, the weight of rhythm, over several seeds: prints a table, writes audio files.

``python docs/examples/compare_weights.py tapping.wav --alpha 0 3 30``
"""

import argparse
from dataclasses import replace
from pathlib import Path
from statistics import mean

import texture_core as tc
from texture_core.parameters.presets import with_iterations
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score

SCORES = ("autocorrelation", "diversity")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("recording", type=Path)
parser.add_argument("--alpha", type=float, nargs="+", default=[0, 3, 30])
parser.add_argument("--seeds", type=int, default=2)
parser.add_argument("--iterations", type=int, default=120, help="of spectrogram and sound together")
options = parser.parse_args()


def spectrogram(samples):
    return Spectrogram(tc.log_spectrogram(samples), sample_rate=16000, n_fft=512, hop_length=64)


samples = tc.prepare_audio(*tc.read_audio(options.recording))
quick = with_iterations(tc.preset_parameters("quick"), options.iterations)
print("alpha", *SCORES, sep="\t")
for alpha in options.alpha:
    scores = []
    for seed in range(options.seeds):
        new = tc.synthesize(samples, 16000, parameters=replace(quick, alpha=alpha), seed=seed)
        path = options.recording.with_name(f"{options.recording.stem}-alpha-{alpha:g}-seed-{seed}.wav")
        tc.write_audio(path, new, 16000)
        sides = {"target": spectrogram(samples), "synthesis": spectrogram(new)}
        scores.append(score(SCORES, **sides, target_samples=samples, synthesis_samples=new, sample_rate=16000))
    print(f"{alpha:g}", *(f"{mean(numbers[name] for numbers in scores):.4g}" for name in SCORES), sep="\t")
