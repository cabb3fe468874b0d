"""The choice of α and β for a recording by short trial syntheses.

Named weights that need no trial belong in ``parameters``.
"""
