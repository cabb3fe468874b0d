"""How a texture comes to be: spectrogram and audio after some iterations (the paper's project page)."""

from dataclasses import replace
from pathlib import Path

from texture_core.audio.recording import write_audio
from texture_core.errors import ParameterError
from texture_core.phase.inversion import invert
from texture_core.records.spectrogram_files import read_spectrogram, read_synthesis
from texture_core.report.spectrogram_figure import spectrogram_figure

NEEDS = ("targets", "syntheses")


def draw(path, folder, study):
    """Draw the first synthesis at its snapshots; each of all syntheses also into the folder, with its sounds.

    The sounds have the level that phase recovery leaves, which is part of how a texture comes to be.

    Raises
    ------
    ParameterError
        If a synthesis has no snapshots.
    """
    for number, ((setting, texture), file) in enumerate(study.syntheses.items()):
        synthesis = read_synthesis(file)
        if not synthesis.snapshots:
            raise ParameterError(f"setting {setting}: the exhibit evolution needs snapshots; list iterations there")
        steps = {
            f"after {iteration} iterations": replace(synthesis.spectrogram, log_magnitude=log_magnitude)
            for iteration, log_magnitude in synthesis.snapshots.items()
        }
        steps[f"last, after {len(synthesis.loss) - 1} iterations"] = synthesis.spectrogram
        target = read_spectrogram(study.targets[texture])
        places = [Path(folder) / f"{texture}.{setting}.svg"] + ([path] if number == 0 else [])
        for place in places:
            spectrogram_figure(place, target, steps, title=f"{study.textures[texture]}, {setting}")
        for label, spectrogram in zip(
            [*(f"after-{n}" for n in synthesis.snapshots), "last"], steps.values(), strict=True
        ):
            samples = synthesis.samples if label == "last" else None
            if samples is None:
                samples = invert(
                    spectrogram,
                    study.settings[setting].inversion,
                    seed=study.seed,
                    texture=texture,
                    setting=setting,
                )
            write_audio(Path(folder) / f"{texture}.{setting}.{label}.wav", samples, spectrogram.sample_rate)
