"""Textures of any length from recordings, as arrays and files: plans, windows, takes and morphs.

The synthesis of a single spectrogram belongs in ``methods``.
"""
