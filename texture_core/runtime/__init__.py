"""Devices, memory, progress and random generators.

Nothing in here is specific to audio.
"""
