"""Recordings as sound: reading and writing them, their rates, channels, stereo image and loudness.

What looks at spectra of short stretches belongs in ``spectrogram``; what makes new sound, into the rooms above.
"""
