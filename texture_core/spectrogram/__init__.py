"""Log spectrograms of samples, and the transform pairs for phase recovery.

Spectrogram files belong in ``records``, features of spectrograms in ``features``.
"""
