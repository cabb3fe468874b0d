"""Methods that synthesise the spectrogram of a texture, one module each, and what they share.

A module with ``synthesize`` is a method that a configuration can name: the paper's optimisation, or a baseline.
Windows, loops and audio files belong in ``texture``.
"""
