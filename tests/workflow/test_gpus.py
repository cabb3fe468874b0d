"""Syntheses and GPUs, on a machine that may have none: how many share a card, and what is said where there is none."""

import re

import pytest
import torch

SYNTHESES = tuple(f"results/my_recordings/full/synthesis/{texture}.h5" for texture in ("rain", "taps"))
without_cuda = pytest.mark.skipif(torch.cuda.is_available(), reason="torch finds CUDA here")


@pytest.fixture
def ready(finished):
    """A study that lacks two syntheses."""
    for name in SYNTHESES:
        finished.path(name).unlink()
    return finished


def logs(tree):
    return [tree.read(f"results/my_recordings/logs/synthesize/full/{texture}.log") for texture in ("rain", "taps")]


@without_cuda
@pytest.mark.parametrize(("limit", "batches"), [((), [1, 1]), (("--resources", "gpu=2"), [2])], ids=["one", "two"])
def test_as_many_syntheses_share_a_card_as_the_limit_says_and_tell_that_torch_cannot_use_it(
    limit, batches, ready, monkeypatch
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    # As on a machine with a GPU; the count is Snakemake's.
    outcome = ready.snakemake(*SYNTHESES, "--set-resources", "synthesize:gpu=1", *limit, cores=4)
    assert outcome.code == 0, outcome.text
    assert [int(count) for count in re.findall(r"^Execute (\d+) jobs", outcome.text, re.MULTILINE)] == batches
    notice = "device: auto, CUDA_VISIBLE_DEVICES=0, but torch finds no CUDA device: computing on the CPU"
    assert outcome.text.count(notice) >= 2
    assert all(notice in log for log in logs(ready))


@without_cuda
def test_a_gpu_that_was_demanded_and_is_not_there_is_an_error(ready):
    outcome = ready.snakemake(*SYNTHESES, "--config", "device=cuda")
    assert outcome.code == 1
    assert "Traceback" not in outcome.text
    for text in (outcome.text, *logs(ready)):
        assert "device: cuda was requested, but torch finds no CUDA device" in text
        assert "set device: auto" in text
    assert not any(ready.path(name).exists() for name in SYNTHESES)
