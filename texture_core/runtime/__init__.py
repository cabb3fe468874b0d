"""The machine that computes: devices, memory, progress and random generators.

Nothing here knows about sound.
"""
