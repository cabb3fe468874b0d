"""Minimisers of functions of a tensor with bounds, one module each.

They know nothing about audio; objectives belong in ``losses``.
"""
