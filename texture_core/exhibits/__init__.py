"""The paper's figures over a whole study, one module each.

A module with ``draw(path, folder, study)`` is an exhibit that a configuration can name. It writes the figure to `path`
(SVG) and additional files into `folder`. Its literal ``NEEDS`` lists the files that it reads, from ``targets``,
``syntheses`` and ``scores``.
"""
