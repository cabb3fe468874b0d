"""Input of an exhibit."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Study:
    """Input of an exhibit; only the files that it needs are given.

    Attributes
    ----------
    title : str
    settings : dict of str to Parameters
        In the order of the configuration.
    textures : dict of str to str
        Name to title.
    targets : dict of str to path
        Texture to its spectrogram file.
    syntheses : dict of (str, str) to path
        Setting and texture to their synthesis file.
    records : list of dict
        Content of the score files.
    seed : int
    """

    title: str
    settings: Mapping
    textures: Mapping
    targets: Mapping = field(default_factory=dict)
    syntheses: Mapping = field(default_factory=dict)
    records: list = field(default_factory=list)
    seed: int = 0
