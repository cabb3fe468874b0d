"""The paper's findings, checked on its own figures and on scores that contradict each."""

import subprocess
import sys

import pytest

from texture_core.errors import StorageError
from texture_core.report import findings
from texture_core.report.paper_table import CLASSES, paper_table
from texture_core.report.score_rows import write_scores_tsv

HIGHEST = "gram_autocorrelation_diversity_1e-3"


def papers_records():
    """The paper's Table 1 as the scores of one texture of each class."""
    records = []
    for setting, cells in paper_table().items():
        for name in CLASSES:
            records.append(
                {
                    "texture": f"a_{name}_sound",
                    "setting": setting,
                    "class": name,
                    "also_class": "",
                    "title": name,
                    "scores": {
                        "vggish_kl": float(cells["vggish_kl", name]) * 1e-4,
                        "autocorrelation": float(cells["autocorrelation", name]) * 1e-3,
                        "diversity": float(cells["diversity", name]),
                    },
                }
            )
    return records


def verdicts(records, tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, records)
    return findings.check_findings(findings.read_scores(path))


def change(records, setting, score, factor):
    for record in records:
        if record["setting"] == setting:
            record["scores"][score] *= factor
    return records


def test_the_papers_own_table_bears_out_what_it_can(tmp_path):
    found = verdicts(papers_records(), tmp_path)
    assert [finding.holds for finding in found] == [True, True, True, True, None, True]
    assert "gram 29.0, gram_autocorrelation 13.3" in found[0].evidence
    assert "none of 3 textures copies" in found[4].evidence


@pytest.mark.parametrize(
    ("number", "setting", "score", "factor"),
    [
        (0, "gram_autocorrelation", "autocorrelation", 2.5),
        (1, "mcdermott_simoncelli", "autocorrelation", 0.1),
        (2, "griffin_lim", "diversity", 0.5),
        (2, HIGHEST, "diversity", 10.0),
        (3, "griffin_lim", "vggish_kl", 2.0),
        (5, "gram", "vggish_kl", 1.5),
    ],
)
def test_each_claim_can_fall(number, setting, score, factor, tmp_path):
    found = verdicts(change(papers_records(), setting, score, factor), tmp_path)
    assert found[number].holds is False
    assert setting in found[number].evidence


@pytest.mark.parametrize(("factor", "holds"), [(1.0, True), (4.0, False)])
def test_the_diversity_term_is_judged_on_the_textures_that_copy(factor, holds, tmp_path):
    records = change(papers_records(), "gram_autocorrelation", "diversity", 2.0)
    found = verdicts(change(records, HIGHEST, "diversity", factor), tmp_path)[4]
    assert found.holds is holds
    # Twice the paper's 3.4 does not count as copying, twice 5.4 and 5.0 does.
    assert "on 2 of 3 textures: a_other_sound, a_pitched_sound" in found.evidence


def test_what_is_missing_is_said(tmp_path):
    records = [record for record in papers_records() if record["setting"] != "mcdermott_simoncelli"]
    for record in records:
        del record["scores"]["vggish_kl"]
    found = verdicts(records, tmp_path)
    assert [finding.holds for finding in found] == [True, None, None, None, None, None]
    assert "mcdermott_simoncelli" in found[1].evidence
    assert "no classifier score (vggish_kl or yamnet_kl)" in found[5].evidence


def test_settings_are_compared_on_the_textures_that_all_of_them_have(tmp_path):
    records = papers_records()
    extra = {**records[0], "texture": "another", "class": "rhythmic", "setting": "gram_autocorrelation"}
    extra["scores"] = {"autocorrelation": 1e3, "diversity": 1.0, "vggish_kl": 1.0}
    assert verdicts([*records, extra], tmp_path)[0].holds is True


def test_the_command(tmp_path):
    path = tmp_path / "scores.tsv"
    write_scores_tsv(path, papers_records())
    done = subprocess.run(
        [sys.executable, "-m", "texture_core.report.findings", str(path)], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("- **holds**: The autocorrelation score of rhythmic textures falls")
    assert lines[4].startswith("- **cannot be told**: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read as a table of scores"),
        ("a\tb\n1\t2\n", "line 2: expected the columns texture, setting, class"),
        ("texture\tsetting\tclass\talso_class\tdiversity\nx\tgram\tother\t\tmany\n", "expected a number in column div"),
    ],
)
def test_a_file_that_is_no_table_of_scores(content, message, tmp_path):
    path = tmp_path / "scores.tsv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StorageError, match=message):
        findings.read_scores(path)
