"""Explanations of a texture's scores in words."""

# dB of McDermott & Simoncelli's statistics; stretches of one recording differ by as much.
_EQUAL_SNR = 1.0
_NEAR_SNR = 4.0
# Rhythm distance relative to that of another stretch.
_NEAR_RHYTHM = 2.0
# Smaller distances are inaudible, whatever the recording's own.
_SAME_RHYTHM = 0.003
_SHIFTED_COPY, _NEARLY_SHIFTED_COPY = 20.0, 10.0
_SOME_COPIES, _MANY_COPIES = 0.05, 0.25


def in_words(report):
    """Explain the scores of a texture.

    Parameters
    ----------
    report : dict
        Output of ``texture-core score --json``: ``scores``, and ``natural_variation``, empty for short recordings.

    Returns
    -------
    list of dict
        ``good`` (bool) and ``text``, about the similarity of the sound, its rhythm and copied pieces.
    """
    scores, natural = report["scores"], report["natural_variation"]
    return [
        *_sound(scores.get("mcdermott_snr"), natural.get("mcdermott_snr")),
        *_rhythm(scores.get("autocorrelation_rms_matched"), natural.get("autocorrelation_rms_matched")),
        *_copies(scores.get("diversity"), _copied_share(scores), _copied_share(natural)),
    ]


def _sound(snr, natural):
    if snr is None or natural is None:
        return
    if snr >= natural - _EQUAL_SNR:
        yield _said(True, "Sounds as near to the recording as another stretch of it.")
    elif snr >= natural - _NEAR_SNR:
        yield _said(True, "Sounds nearly as near to the recording as another stretch of it.")
    else:
        yield _said(False, "Sounds further from the recording than another stretch of it; try a better quality.")


def _rhythm(distance, natural):
    if distance is None or natural is None:
        return
    if distance <= max(natural, _SAME_RHYTHM):
        yield _said(True, "Its rhythm is as near as that of another stretch.")
    elif distance <= max(_NEAR_RHYTHM * natural, _SAME_RHYTHM):
        yield _said(True, "Its rhythm is nearly as near as that of another stretch.")
    else:
        yield _said(False, "Its rhythm is further away than that of another stretch.")


def _copies(diversity, share, natural):
    if diversity is None:
        return
    if diversity > _SHIFTED_COPY:
        yield _said(False, "It is the recording, shifted in time; try another take.")
    elif diversity > _NEARLY_SHIFTED_COPY:
        yield _said(False, "Much of it is the recording, shifted in time; try another take.")
    elif share <= max(_SOME_COPIES, natural):
        yield _said(True, "Nothing is copied.")
    elif share <= max(_MANY_COPIES, natural):
        yield _said(True, f"A few moments are close to the recording ({share:.0%}).")
    else:
        yield _said(False, f"Many moments are copied from the recording ({share:.0%}); try another take.")


def _copied_share(scores):
    """Return the larger share, of waveform or spectrogram, because a copy with other phases sounds like a copy."""
    return max(scores.get(name) or 0.0 for name in ("patchwork_share", "patchwork_spectrogram_share"))


def _said(good, text):
    return {"good": good, "text": text}
