"""The paper's figures over a whole study: one module each.

A module with ``draw(path, folder, study)`` is an exhibit that a configuration can name: it writes the figure to `path`
(SVG) and whatever else belongs to it into `folder`. Its literal ``NEEDS`` says which files it reads, of ``targets``,
``syntheses`` and ``scores``.
"""
