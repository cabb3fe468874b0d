"""The cache between workflows: two studies share what is the same, names included, and nothing else."""

import h5py
import pytest

pytestmark = pytest.mark.slow

SYNTHESES = "results/my_recordings/{setting}/synthesis/rain.h5"


def synthesized(tree, cache, *settings):
    """Make the syntheses of rain with a cache; the settings that the files say they are of."""
    wanted = [SYNTHESES.format(setting=setting) for setting in settings]
    outcome = tree.snakemake(*wanted, "--cache", "synthesize", environment={"SNAKEMAKE_OUTPUT_CACHE": str(cache)})
    assert outcome.code == 0, outcome.text
    return [h5py.File(tree.path(path)).attrs["setting"] for path in wanted]


def test_studies_share_syntheses_of_the_same_names_and_parameters(fresh, tmp_path):
    other = fresh.copy(tmp_path / "other")
    cache = tmp_path / "cache"
    cache.mkdir()
    assert synthesized(fresh, cache, "full") == ["full"]
    (kept,) = cache.glob("*.h5")
    time_of_making = kept.stat().st_mtime_ns

    # The same parameters by another name draw other numbers, so they are another result.
    configuration = other.configuration()
    configuration["settings"]["alias"] = dict(configuration["settings"]["full"])
    other.configure(configuration)
    assert synthesized(other, cache, "full", "alias") == ["full", "alias"]
    assert len(list(cache.glob("*.h5"))) == 2
    assert kept.stat().st_mtime_ns == time_of_making
    assert other.path(SYNTHESES.format(setting="full")).resolve() == kept
    assert other.planned(SYNTHESES.format(setting="full")) == set()
