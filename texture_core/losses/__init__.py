"""Losses of feature maps against a target, one module per term, and the objective that sums them.

A module with ``create`` is a further loss that a configuration can name. Minimisers belong in ``optimizers``.
"""
