"""Distances between feature maps and a target: one module for each term, and the objective that sums them.

A module with ``create`` is a further loss that a configuration can name. What minimises the sum belongs in
``optimizers``.
"""
