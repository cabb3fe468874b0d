"""Errors that a user can cause and fix.

Each message names what is at fault, what was expected, what was found and what to do. Commands print the message
without a traceback.
"""


class TextureError(Exception):
    """Base of all errors whose message is meant for the user."""


class AudioError(TextureError):
    """A recording is unusable."""


class ParameterError(TextureError):
    """A parameter is out of range or inconsistent with others."""


class StorageError(TextureError):
    """A stored file is missing, truncated or invalid."""


class OptimizationError(TextureError):
    """The loss or its gradient is not finite."""


class ClassifierError(TextureError):
    """A classifier is unavailable or its file is invalid; scores that need no classifier are not affected."""
