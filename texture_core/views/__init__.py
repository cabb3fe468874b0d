"""Views of the spectrogram that features are computed from, one module for each.

A configuration can name each module that has a function ``create(target, **options)``. This returns a function that
maps log magnitudes (bins, frames) to values (rows, frames), and may use statistics of the target (bins, frames).
With ``SEES_FREQUENCIES = True`` it is ``create(target, frequencies, **options)``, with the bins' frequencies in Hz.
Feature extractors, which map a view to feature maps, belong in ``features``.
"""
