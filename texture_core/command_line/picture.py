"""Plot the spectrograms of recordings and takes."""


def write_picture(path, plan, recordings, written):
    """Plot the start of the recordings and of the written takes, on a common scale."""
    import soundfile

    from texture_core.report.preview import SECONDS_SHOWN, write_preview
    from texture_core.texture.morph_path import geometric

    unit = plan.target_unit
    units = [unit]
    if plan.morph:
        units.append(plan.morph.second_unit)
        unit = geometric(*units, plan.morph.middle)
    panels = {
        _title(name, len(samples) / rate): _panel(plan, samples[: int(SECONDS_SHOWN * rate)], rate, own)
        for (name, (samples, rate)), own in zip(recordings.items(), units, strict=True)
    }
    for title, file in written.items():
        with soundfile.SoundFile(file) as sound:
            samples = sound.read(int(SECONDS_SHOWN * sound.samplerate), dtype="float32", always_2d=True)
            seconds = sound.frames / sound.samplerate
            panels[_title(title, seconds)] = _panel(plan, samples, sound.samplerate, unit)
    write_preview(path, panels, sample_rate=plan.target.sample_rate, hop_length=plan.target.hop_length)


def _title(name, seconds):
    from texture_core.report.preview import SECONDS_SHOWN

    return name if seconds <= SECONDS_SHOWN else f"{name}: the first {SECONDS_SHOWN:g} of {seconds:.0f} s"


def _panel(plan, samples, sample_rate, unit):
    """Compute the log spectrogram of the mean power of all channels, with samples divided by `unit`."""
    import numpy as np

    from texture_core.audio.channels import resample
    from texture_core.parameters.method import SpectrogramParameters
    from texture_core.spectrogram.log_magnitude import log_spectrogram

    if samples.shape[1] > plan.channels:
        samples = samples.mean(axis=1, keepdims=True)
    scaled = resample(samples, sample_rate, plan.target.sample_rate) / unit
    # A spectrogram requires more than half a window of samples.
    scaled = np.pad(scaled, ((0, max(plan.target.n_fft - len(scaled), 0)), (0, 0)))
    spectrogram = SpectrogramParameters(plan.target.n_fft, plan.target.hop_length)
    power = np.mean([np.expm1(log_spectrogram(channel, spectrogram)) ** 2 for channel in scaled.T], axis=0)
    return np.log1p(np.sqrt(power))
