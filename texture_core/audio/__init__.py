"""Reading and writing recordings; sample rates, channels, stereo image and loudness.

Short-time spectra belong in ``spectrogram``; synthesis belongs in the packages above.
"""
