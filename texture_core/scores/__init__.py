"""How near a synthesis is to its recording, and whether it is a copy: one module for each score, and how they run.

A module with ``compute`` scores one synthesis, one with ``compute_collection`` all syntheses of a setting. Tables of
scores belong in ``report``.
"""
