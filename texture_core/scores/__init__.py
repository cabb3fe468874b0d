"""Scores of syntheses, one module each: similarity to the recording, and copying.

A module with ``compute`` scores one synthesis, one with ``compute_collection`` all syntheses of a setting. Tables of
scores belong in ``report``.
"""
