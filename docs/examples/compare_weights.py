"""Compare textures with different alpha, the weight of rhythm, over several seeds: prints a table, writes audio files.

``python docs/examples/compare_weights.py tapping.wav --alpha 0 3 30``
"""

import argparse
from dataclasses import replace
from pathlib import Path
from statistics import mean

import texture_core as tc
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import Spectrogram
from texture_core.scores.compute import score

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("recording", type=Path)
parser.add_argument("--alpha", type=float, nargs="+", default=[0, 3, 30])
parser.add_argument("--seeds", type=int, default=2)
parser.add_argument("--filters", type=int, default=128)
parser.add_argument("--iterations", type=int, default=100)
options = parser.parse_args()

samples = tc.prepare_audio(*tc.read_audio(options.recording))
target = Spectrogram(tc.log_spectrogram(samples), sample_rate=16000, n_fft=512, hop_length=64)
quick = tc.preset_parameters("quick")

print("alpha\tautocorrelation\tdiversity")
for alpha in options.alpha:
    parameters = replace(
        quick,
        alpha=alpha,
        features=replace(quick.features, filters=options.filters),
        optimizer=replace(quick.optimizer, iterations=options.iterations),
    )
    scores = []
    for seed in range(options.seeds):
        synthesis = tc.synthesize_spectrogram(target, parameters, seed=seed).spectrogram
        new = invert(synthesis, parameters.inversion, seed=seed)
        tc.write_audio(
            options.recording.with_name(f"{options.recording.stem}-alpha-{alpha:g}-seed-{seed}.wav"), new, 16000
        )
        scores.append(
            score(
                ["autocorrelation", "diversity"],
                target=target,
                synthesis=synthesis,
                target_samples=samples,
                synthesis_samples=new,
                sample_rate=16000,
            )
        )
    columns = (mean(numbers[name] for numbers in scores) for name in ("autocorrelation", "diversity"))
    print(f"{alpha:g}", *(f"{value:.4g}" for value in columns), sep="\t")
