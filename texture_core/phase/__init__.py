"""From magnitudes to samples: one module for each algorithm, the phases that they start from, and the inversion.

A module with ``recover`` is an algorithm that a configuration can name.
"""
