"""Choice of α and β for a recording by short trial syntheses.

Fixed presets belong in ``parameters``.
"""
