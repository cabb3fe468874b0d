"""Sort, filter, come back to the same view, and reach everything without a mouse."""

import csv

import pytest
from listening_page import SETTINGS

pytestmark = pytest.mark.browser


def test_rows_are_sorted_by_any_score_of_any_setting(listening, results):
    with open(results / "scores.tsv", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    page = listening.page
    assert listening.rows == ["tapping", "chimes", "rain"]
    for score in ("autocorrelation", "diversity"):
        for setting in SETTINGS:
            page.locator("[name=sort]").select_option(f"score:{score}")
            page.locator("[name=of]").select_option(setting)
            values = {row["texture"]: float(row[score]) for row in table if row["setting"] == setting}
            assert listening.rows == sorted(values, key=values.get)
            page.get_by_label("descending").check()
            assert listening.rows == sorted(values, key=values.get, reverse=True)
            page.get_by_label("descending").uncheck()
            heading = page.locator(f"#sounds thead th[data-setting={setting}]")
            assert heading.get_attribute("aria-sort") == "ascending"
    page.locator("[name=sort]").select_option("title")
    assert listening.rows == ["rain", "tapping", "chimes"]
    page.locator("[name=sort]").select_option("")
    assert listening.rows == ["tapping", "chimes", "rain"]


def test_rows_are_filtered_by_class_and_name(listening):
    page = listening.page
    page.locator("[name=class]").select_option("pitched")
    assert listening.rows == ["chimes"]
    assert page.get_by_text("1 of 3 textures").is_visible()
    page.locator("[name=class]").select_option("")
    page.locator("[name=name]").fill("IN")
    assert listening.rows == ["tapping", "chimes", "rain"]
    page.locator("[name=name]").fill("chim wind")
    assert listening.rows == ["chimes"]
    page.locator("[name=name]").fill("nothing")
    assert listening.rows == []
    page.get_by_role("button", name="Show all").click()
    assert listening.rows == ["tapping", "chimes", "rain"]


def test_a_link_leads_to_the_same_view(listening, open_page, person):
    page = listening.page
    page.locator("[name=name]").fill("in")
    page.locator("[name=sort]").select_option("score:diversity")
    page.locator("[name=of]").select_option("gram")
    page.get_by_label("descending").check()
    page.get_by_label("all scores").check()
    listening.play_link("chimes", "full").click()
    page.get_by_label("A is").select_option("gram")
    page.keyboard.press("Control+End")
    other = person(open_page(page.url[page.url.index("#") :]))
    for again in (other, listening):
        if again is listening:
            page.reload()
        assert again.selected == ["chimes/gram"]
        assert again.rows == other.rows
        assert again.page.locator("[name=name]").input_value() == "in"
        assert again.page.locator("[name=sort]").input_value() == "score:diversity"
        assert again.page.locator("[name=of]").input_value() == "gram"
        assert again.page.get_by_label("descending").is_checked()
        assert again.page.get_by_label("all scores").is_checked()
        assert again.page.get_by_label("A is").input_value() == "gram"
        assert again.page.get_by_label("B is").input_value() == "full"
        assert again.heard == []
        in_sight = (
            "cell => { const box = cell.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight }"
        )
        assert again.page.locator("td.selected").evaluate(in_sight)
    assert other.page.url == page.url


@pytest.mark.parametrize("fragment", ["#cell=snow/full&sort=none&of=x&class=y&a=z", "#cell=rain/none", "#%", "#table1"])
def test_a_link_to_what_is_not_there_opens_the_page(open_page, person, fragment):
    listening = person(open_page(fragment))
    assert listening.rows == ["tapping", "chimes", "rain"]
    assert listening.selected == []


def test_links_inside_the_page_leave_the_view_alone(listening):
    listening.page.locator("[name=class]").select_option("pitched")
    listening.page.get_by_role("link", name="Table 1").click()
    assert listening.page.url.endswith("#class=pitched")
    assert listening.page.evaluate("document.activeElement.id") == "table1"


def test_everything_is_reached_with_the_keyboard(listening):
    page = listening.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the textures"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "textures"
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const element = document.activeElement;
                const box = element.getBoundingClientRect();
                const ring = getComputedStyle(element);
                return {
                    tag: element.tagName,
                    name: element.id || element.name || element.textContent.trim(),
                    visible: box.bottom > 0 && box.top < innerHeight,
                    ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
                };
            }"""
        )
        if focus["tag"] == "BODY":
            break
        if focus["name"] == "Play Rain, full":
            page.keyboard.press("Enter")  # the player appears, after all others
        assert focus["visible"] and focus["ring"], focus
        reached.append(focus["name"])
    assert {"name", "class", "sort", "descending", "variants"} <= set(reached)
    assert {f"Play Rain, {name}" for name in ("original", "gram", "full")} <= set(reached)
    player = ["toggle", "compressed", "source", "position", "hear-a", "a", "hear-b", "b", "loop", "matched"]
    assert [name for name in reached if name in player] == player
    assert listening.heard == ["rain.full.flac"]


def test_arrow_keys_go_from_cell_to_cell(listening):
    page = listening.page
    listening.play_link("tapping").focus()
    page.keyboard.press("Enter")
    for key, name in [("ArrowRight", "tapping/gram"), ("ArrowDown", "chimes/gram"), ("ArrowLeft", "chimes/")]:
        page.keyboard.press(key)
        assert listening.selected == [name]
        assert page.evaluate("document.activeElement.closest('td').className") == "selected"
        listening.wait("audioElements.filter(sound => !sound.paused).length === 1")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    assert listening.selected == ["tapping/"]
    page.keyboard.press(" ")
    assert listening.heard == []


def test_keys_are_told_and_can_be_switched_off(listening):
    page = listening.page
    page.keyboard.press("?")
    assert page.get_by_text("hear A or B, at the same position").is_visible()
    listening.play_link("rain", "full").click()
    page.keyboard.press("/")
    page.keyboard.type("axb 1")
    assert page.locator("[name=name]").input_value() == "axb 1"
    assert listening.selected == ["rain/full"]
    page.locator("[name=name]").fill("")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("a")
    assert listening.selected == ["rain/full"]
    page.get_by_label("Single keys are shortcuts").check()
    page.keyboard.press("a")
    assert listening.selected == ["rain/"]


def test_what_happens_is_announced(listening):
    count, announcement = listening.page.locator("#count"), listening.page.locator("#announcement")
    assert {count.get_attribute("role"), announcement.get_attribute("role")} == {"status"}
    listening.page.locator("[name=name]").fill("rain")
    assert count.inner_text() == "1 of 3 textures"
    listening.play_link("rain", "full").click()
    listening.page.keyboard.press("a")
    assert announcement.text_content().startswith("original, at ")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_accessibility_findings(open_page, person, color_scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    listening = person(open_page(width=width, color_scheme=color_scheme))
    listening.page.keyboard.press("?")
    listening.play_link("rain", "full").click()
    listening.page.locator("[name=sort]").select_option("score:diversity")
    listening.page.get_by_text("Other forms of these scores").click()
    found = axe.run(listening.page, options={"preload": False}).response["violations"]
    assert [(item["id"], item["impact"], [node["html"] for node in item["nodes"]]) for item in found] == []
