"""Ways to make a spectrogram of a new texture: one module for each method, and what a synthesis needs besides.

A module with ``synthesize`` is a method that a configuration can name: the paper's optimisation, or a baseline.
Windows, loops and files of sound belong in ``texture``.
"""
