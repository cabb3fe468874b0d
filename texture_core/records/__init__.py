"""Files of spectrograms, syntheses, scores and checkpoints, and their provenance.

Files are written atomically and checked on reading. Audio files belong in ``audio``.
"""
