"""The page of a small study."""

import pytest
from listening_study import NASTY, SETTINGS, TEXTURES, Page, make_exhibits, make_records, make_rows

from texture_core.report.listening import write_listening_page
from texture_core.report.table1 import table1


@pytest.fixture
def results(tmp_path):
    return tmp_path / 'results & "more" #1' / "demo 100%"


@pytest.fixture
def write(results):
    """Write the page, of rows and records in any form and order."""
    exhibits = make_exhibits(results)

    def write(rows, records):
        table = table1(
            records,
            settings=SETTINGS,
            left_out=[{"texture": "broken", "reason": NASTY}],
            missing_scores={"yamnet_kl": NASTY},
        )
        write_listening_page(
            results / "listening", corpus=NASTY, textures=rows, records=records, table=table, exhibits=exhibits
        )

    return write


@pytest.fixture
def page(results, write):
    write(make_rows(results, TEXTURES), make_records(TEXTURES))
    return Page(results / "listening" / "index.html")
