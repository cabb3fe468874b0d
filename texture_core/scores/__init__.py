"""Scores of syntheses, one module each: similarity to the recording, and copying.

A module with ``compute(score_input)`` scores one synthesis, one with ``compute_collection(collection_input)`` all
syntheses of a setting; see `texture_core.scores.compute`. Tables of scores belong in ``report``.
"""
