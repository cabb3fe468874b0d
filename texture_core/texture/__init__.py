"""One new texture of any length from a recording: the plan, the windows, takes, morphs, arrays and files.

A synthesis of a single spectrogram belongs in ``methods``.
"""
