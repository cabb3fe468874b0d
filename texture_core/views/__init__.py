"""What the features see of a spectrogram: one module for each view.

A module with ``create(target, **options)`` is a view that a configuration can name: it returns a function that maps log
magnitudes (bins, frames) to values (rows, frames), and may take means and the like from the target, (bins, frames) too.
What makes feature maps of a view belongs in ``features``.
"""
