"""Feature extractors of log spectrograms, one module each, and the convolution that they share.

A module with ``create`` is an extractor that a configuration can name. Comparisons of feature maps belong in
``losses``.
"""
