"""Files, and what is known of how they were made: spectrograms, syntheses, scores, checkpoints, provenance.

Each file is written whole and checked when it is read. Audio files belong in ``audio``.
"""
