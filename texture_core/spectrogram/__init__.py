"""Samples to log magnitudes, and the transform pair that phase recovery works with.

Files of spectrograms belong in ``records``, what is computed on spectrograms into ``features``.
"""
