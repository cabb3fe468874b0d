"""Minimisers of a bounded function of a tensor: one module each.

They know a function and a start, and nothing about sound.
"""
