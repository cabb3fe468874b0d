"""The errors that a user can cause and can mend.

Every message names what is at fault, what was expected, what was found and what to do; a command that meets one
prints the message without a traceback.
"""


class TextureError(Exception):
    """Base of all errors whose message is meant for the user."""


class AudioError(TextureError):
    """A recording cannot be used."""


class ParameterError(TextureError):
    """A parameter is outside its range or does not fit the others."""


class StorageError(TextureError):
    """A stored file is missing, truncated or not what it should be."""


class OptimizationError(TextureError):
    """An optimisation met values that are not finite."""


class ClassifierError(TextureError):
    """A classifier cannot be had or its file is not what it should be; scores that need none are not affected."""
