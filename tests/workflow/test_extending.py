"""The examples of docs/extending.md, added as files of their own to a study that has been run."""

import re
from pathlib import Path

import pytest
import yaml

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_new_extractor_and_a_new_score_touch_nothing_that_exists(finished, planned_jobs):
    names = re.findall(r"Save (?:this|it) as\s+`(texture_core/\w+/\w+\.py)`", PAGE)
    sources = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert names == ["texture_core/features/rises.py", "texture_core/scores/spectrum.py"]
    for name, source in zip(names, sources, strict=True):
        assert not finished.path(name).exists()
        finished.write(name, source)
    # A plug-in that nobody names changes nothing.
    assert finished.planned() == set()

    (named,) = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    configuration = finished.configuration()
    del named["settings"]["gram"]
    configuration["settings"] |= named["settings"]
    finished.configure(configuration | {"scores": named["scores"]})
    planned = finished.planned()
    assert {job for job in planned if job.startswith(("synthesize", "invert"))} == planned_jobs(
        ["synthesize", "invert"], settings=["rises"]
    )
    assert planned_jobs(["score"], settings=["gram", "full", "rises"]) <= planned

    outcome = finished.snakemake()
    assert outcome.code == 0, outcome.text
    header, *rows = finished.read("results/my_recordings/scores.tsv").splitlines()
    column = header.split("\t").index("spectrum")
    values = {tuple(row.split("\t")[:2]): float(row.split("\t")[column]) for row in rows}
    assert {setting for _, setting in values} == {"gram", "full", "rises"}
    assert min(values.values()) > 0
