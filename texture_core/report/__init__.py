"""What a study is shown by: tables, figures, findings and the listening page with its templates.

Figures over a whole study that a configuration names belong in ``exhibits``.
"""
