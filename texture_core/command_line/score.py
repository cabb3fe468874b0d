"""``texture-core score``."""

import json
import sys
from dataclasses import replace

from texture_core.command_line.shared import add_command, read

_SCORE_MEANINGS = {
    "autocorrelation": "distance of the rhythms, at the given levels",
    "autocorrelation_rms_matched": "distance of the rhythms, at equal levels",
    "diversity": "similarity to a time-shifted copy of the original",
    "diversity_shift": "the shift of that copy in frames (4 ms)",
    "patchwork_median": "similarity of 0.25 s pieces to their best match in the original",
    "patchwork_share": "share of the pieces that are copied (similarity above 0.5)",
    "patchwork_spectrogram_median": "as patchwork_median, for spectrograms (ignores phase)",
    "patchwork_spectrogram_share": "as patchwork_share, for spectrograms (ignores phase)",
    "mcdermott_snr": "match of McDermott & Simoncelli's statistics, dB: HIGHER is better",
    "yamnet_kl": "divergence of YAMNet's labels, in nats",
}
# Require files that only a study configures.
_OF_STUDIES = ("vggish",)
# Scores of the spectrogram before phase recovery, which a sound does not have.
_BEFORE_PHASE_RECOVERY = ("autocorrelation_spectrogram", "diversity_spectrogram")

# Seconds: what is shorter tells little of a recording's variation.
_SHORTEST_HALF = 1.0


def add(commands):
    command = add_command(
        commands,
        "score",
        _score,
        "measure how similar a synthesis is to the original, and whether it is a copy",
        ("rain.wav rain-texture.wav", "rain.wav rain-texture.wav --json"),
    )
    command.add_argument("original")
    command.add_argument("synthesis")
    command.add_argument(
        "--json",
        action="store_true",
        help="print JSON: scores, reasons for missing scores, and the lags (s) of the autocorrelation",
    )
    command.add_argument("--yamnet", metavar="FILE", help="YAMNet's weights, for the score yamnet_kl")


def _score(options):
    from texture_core import registry
    from texture_core.audio.recording import prepare_audio
    from texture_core.parameters.method import AudioParameters, Parameters
    from texture_core.parameters.presets import fit_to_duration
    from texture_core.records.spectrogram_files import Spectrogram
    from texture_core.scores.compute import score
    from texture_core.spectrogram.halves import first_half, fitting_lags, second_half
    from texture_core.spectrogram.log_magnitude import log_spectrogram

    audio = AudioParameters(normalize="none")
    sides = [prepare_audio(*read(name), audio) for name in (options.original, options.synthesis)]
    # The method normalises originals to peak 1; the synthesis keeps its level relative to that.
    peak = abs(sides[0]).max()
    sides = [side / peak for side in sides]
    shortest = min(len(side) for side in sides) / audio.sample_rate
    parameters = fit_to_duration(replace(Parameters(), alpha=0.0), shortest)
    spectrograms = [Spectrogram(log_spectrogram(side), audio.sample_rate, 512, 64) for side in sides]
    lags = parameters.autocorrelation
    if lags != Parameters().autocorrelation:
        told = f"rhythm is compared only for lags of {lags.minimum_lag:.2f} to {lags.maximum_lag:.2f} s"
        print(f"texture-core: the sound is short ({shortest:.2f} s): {told}", file=sys.stderr)
    missing = {}

    def scores(target, synthesis, lags):
        found = score(
            [name for name in registry.names("scores", defining="compute") if name not in _OF_STUDIES],
            missing=missing,
            target=target[0],
            synthesis=synthesis[0],
            target_samples=target[1],
            synthesis_samples=synthesis[1],
            sample_rate=audio.sample_rate,
            autocorrelation=lags,
            classifiers={"yamnet": options.yamnet},
        )
        return {name: value for name, value in found.items() if name not in _BEFORE_PHASE_RECOVERY}

    original, synthesis = zip(spectrograms, sides, strict=True)
    results = scores(original, synthesis, lags)
    natural = {}
    if len(sides[0]) >= 2 * _SHORTEST_HALF * audio.sample_rate:
        half = len(sides[0]) // 2 / audio.sample_rate
        natural = scores(first_half(*original), second_half(*original), fitting_lags(lags, half))
    if options.json:
        compared = {"minimum_lag": lags.minimum_lag, "maximum_lag": lags.maximum_lag}
        report = {"scores": results, "missing": missing, "autocorrelation": compared, "natural_variation": natural}
        print(json.dumps(report, indent=1, sort_keys=True))
        return 0
    width = max(map(len, results))
    print(f"{'':{width}}  {'synthesis':>11}  {'natural':>11}")
    for name, value in results.items():
        between = f"{natural[name]:>11.5g}" if name in natural else f"{'-':>11}"
        print(f"{name:{width}}  {value:>11.5g}  {between}  {_meaning(name)}".rstrip())
    print("natural: the second half of the original against its first, as near as another stretch of it would be")
    for name, reason in missing.items():
        print(f"texture-core: {name} is skipped: {reason}", file=sys.stderr)
    return 0


def _meaning(name):
    statistics = name.partition("_snr_")[2]
    if statistics:
        return f"the same for {statistics.replace('_', ' ')}: higher is better"
    return _SCORE_MEANINGS.get(name, "")
