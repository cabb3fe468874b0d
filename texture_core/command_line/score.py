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
    results = score(
        [name for name in registry.names("scores", defining="compute") if name not in _OF_STUDIES],
        missing=missing,
        target=spectrograms[0],
        synthesis=spectrograms[1],
        target_samples=sides[0],
        synthesis_samples=sides[1],
        sample_rate=audio.sample_rate,
        autocorrelation=lags,
        classifiers={"yamnet": options.yamnet},
    )
    results = {name: value for name, value in results.items() if name not in _BEFORE_PHASE_RECOVERY}
    if options.json:
        compared = {"minimum_lag": lags.minimum_lag, "maximum_lag": lags.maximum_lag}
        report = {"scores": results, "missing": missing, "autocorrelation": compared}
        print(json.dumps(report, indent=1, sort_keys=True))
        return 0
    width = max(map(len, results))
    for name, value in results.items():
        print(f"{name:{width}}  {value:>11.5g}  {_meaning(name)}".rstrip())
    for name, reason in missing.items():
        print(f"texture-core: {name} is skipped: {reason}", file=sys.stderr)
    return 0


def _meaning(name):
    statistics = name.partition("_snr_")[2]
    if statistics:
        return f"the same for {statistics.replace('_', ' ')}: higher is better"
    return _SCORE_MEANINGS.get(name, "")
