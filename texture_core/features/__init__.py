"""What maps a log spectrogram to feature maps: one module for each extractor, and the convolution that they share.

A module with ``create`` is an extractor that a configuration can name. What compares feature maps belongs in
``losses``.
"""
