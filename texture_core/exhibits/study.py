"""What an exhibit may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Study:
    """What an exhibit may look at; of the files only those that it needs are given.

    Attributes
    ----------
    title : str
    settings : dict of str to Parameters
        In the order of the configuration.
    textures : dict of str to str
        Name to title.
    targets : dict of str to path
        Texture to the file of its spectrogram.
    syntheses : dict of (str, str) to path
        Setting and texture to the file of its synthesis.
    records : list of dict
        The content of each file of scores.
    seed : int
    """

    title: str
    settings: Mapping
    textures: Mapping
    targets: Mapping = field(default_factory=dict)
    syntheses: Mapping = field(default_factory=dict)
    records: list = field(default_factory=list)
    seed: int = 0
