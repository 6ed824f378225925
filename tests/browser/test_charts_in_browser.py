"""Looking through the charts of the report: larger and smaller, by words, by rule, from section to section."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.opened import IN_A_BROWSER, Opened
from ruleproof.artifacts.charts.flow import Flow
from ruleproof.artifacts.charts_of_policy import flow_of_decision
from test_bundled import named

pytestmark = IN_A_BROWSER

DECISION = "#p1-decision-billing_code"


def flow() -> Flow:
    compiled = named("tumor_ngs")
    return flow_of_decision(compiled, compiled.policy.decision("billing_code"))


def width_of(page: Any, chart: str) -> float:
    return float(page.locator(f"{chart} svg").bounding_box()["width"])


@pytest.fixture
def page(browser: Any, of_tumor_ngs: Path) -> Any:
    with Opened(browser, of_tumor_ngs, DECISION) as opened:
        opened.locator(f"{DECISION} .charts > .chart-tools").wait_for()
        yield opened


def test_a_chart_gets_larger_and_smaller_by_buttons_keys_and_wheel(page: Any) -> None:
    chart = page.locator("#p1c1 .chart")
    chart.scroll_into_view_if_needed()
    steps = [width_of(page, "#p1c1")]
    page.locator("#p1c1").get_by_role("button", name="Larger").click()
    steps.append(width_of(page, "#p1c1"))
    chart.focus()
    page.keyboard.press("+")
    steps.append(width_of(page, "#p1c1"))
    chart.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    page.wait_for_function(
        "before => document.querySelector('#p1c1 svg').getBoundingClientRect().width > before", arg=steps[-1]
    )
    assert steps == sorted(steps)
    assert len(set(steps)) == 3
    before = width_of(page, "#p1c1")
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(100)
    assert width_of(page, "#p1c1") == before, "without the key the wheel scrolls"
    page.keyboard.press("-")
    assert width_of(page, "#p1c1") < before
    page.keyboard.press("1")
    natural = page.evaluate("document.querySelector('#p1c1 svg').viewBox.baseVal.width * 4 / 3")
    assert width_of(page, "#p1c1") == pytest.approx(natural, abs=1)
    page.locator("#p1c1").get_by_role("button", name="Show the whole chart").click()
    inner, outer = page.locator("#p1c1 svg").bounding_box(), chart.bounding_box()
    assert inner["height"] <= outer["height"]
    assert inner["width"] <= outer["width"]
    page.keyboard.press("Tab")
    outline = page.evaluate(
        "() => document.activeElement.matches('.chart') && getComputedStyle(document.activeElement).outlineStyle"
    )
    assert outline == "solid", "who uses the keyboard sees where it is"


def test_a_large_chart_moves_by_hand_and_by_arrow_keys(page: Any) -> None:
    chart = page.locator("#p1c3 .chart")
    chart.scroll_into_view_if_needed()
    for _ in range(5):
        page.locator("#p1c3").get_by_role("button", name="Larger").click()
    place = (
        "() => [document.querySelector('#p1c3 .chart').scrollLeft, document.querySelector('#p1c3 .chart').scrollTop]"
    )
    before = page.evaluate(place)
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=4)
    page.mouse.up()
    moved = page.evaluate(place)
    assert (moved[0] - before[0], moved[1] - before[1]) == (pytest.approx(100, abs=2), pytest.approx(50, abs=2))
    chart.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('#p1c3 .chart').scrollLeft > before", arg=moved[0])


def test_two_fingers_make_it_larger(browser: Any, of_tumor_ngs: Path) -> None:
    with Opened(browser, of_tumor_ngs, DECISION, has_touch=True, viewport={"width": 390, "height": 800}) as page:
        page.locator("#p1c1 .chart-tools").wait_for()
        page.locator("#p1c1 .chart").scroll_into_view_if_needed()
        before = width_of(page, "#p1c1")
        page.evaluate(
            """() => {
              const chart = document.querySelector("#p1c1 .chart"), box = chart.getBoundingClientRect();
              const touch = (type, id, x, y) => chart.dispatchEvent(new PointerEvent(type, {
                pointerId: id, pointerType: "touch", clientX: box.left + x, clientY: box.top + y, bubbles: true }));
              touch("pointerdown", 1, 100, 100);
              touch("pointerdown", 2, 150, 100);
              touch("pointermove", 2, 250, 100);
              touch("pointerup", 1, 100, 100);
              touch("pointerup", 2, 250, 100);
            }"""
        )
        assert width_of(page, "#p1c1") == pytest.approx(3 * before, rel=0.02)


def test_words_are_found_in_all_sections_and_gone_through(page: Any) -> None:
    tools = page.locator(f"{DECISION} .charts > .chart-tools")
    tools.get_by_label("Find in the chart").fill("81479 t6")
    wanted = {
        f"p1c{number}-{box.id}"
        for number, chart in enumerate(flow().charts, 1)
        for box in chart.boxes
        if all(word in " ".join(box.words).lower() for word in ("81479", "t6"))
    }
    assert len(wanted) > 2
    found = page.evaluate("() => Array.from(document.querySelectorAll('.hit'), (part) => part.id)")
    assert set(found) == wanted
    assert f"{len(wanted)} places" in tools.get_by_role("status").inner_text()
    seen = set()
    for number in range(1, len(wanted) + 1):
        page.keyboard.press("Enter")
        assert tools.get_by_role("status").inner_text().startswith(f"{number} of {len(wanted)}, in section ")
        seen |= set(
            page.evaluate("""() => Array.from(document.querySelectorAll('.hit')).filter((part) => {
          const box = part.getBoundingClientRect(), frame = part.closest('.chart').getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight && box.left >= frame.left && box.right <= frame.right;
        }).map((part) => part.id)""")
        )
    assert seen == wanted, "each is brought onto the screen in its turn"
    page.keyboard.press("Escape")
    assert page.locator(".hit").count() == 0


def ways_to(drawn: Flow, rule: str) -> set[str]:
    """Give the boxes and arrows from which, or along which, an end of a rule is reached; by trying every way down."""
    found: set[str] = set()

    def leads(chart: int, box: str) -> bool:
        own = f"p1c{chart + 1}-"
        if (chart, box) in drawn.jumps:
            goal = drawn.jumps[chart, box]
            reached = leads(goal, drawn.first_boxes[goal])
        elif (chart, box) in drawn.questions:
            taken = [turn for turn in drawn.questions[chart, box][1] if leads(chart, turn.box)]
            found.update(own + turn.arrow for turn in taken)
            reached = bool(taken)
        else:
            reached = rule in drawn.rules.get((chart, box), ())
        if reached:
            found.add(own + box)
        return reached

    leads(0, drawn.first_boxes[0])
    return found


@pytest.mark.parametrize("rule", ["T3", "G53", "F1"])
def test_what_leads_to_a_rule_stays_and_the_rest_goes_back(page: Any, rule: str) -> None:
    tools = page.locator(f"{DECISION} .charts > .chart-tools")
    tools.get_by_label("Show what leads to").select_option(rule)
    clear = page.evaluate(
        f"""() => Array.from(document.querySelectorAll("{DECISION} figure:not([hidden]) svg [id]:not(title)"))
        .filter((part) => !part.matches(".dim, .near")).map((part) => part.id)"""
    )
    assert set(clear) == ways_to(flow(), rule)
    for figure in page.locator(f"{DECISION} figure").all():
        held = any(part.startswith(f"{figure.get_attribute('id')}-") for part in clear)
        assert figure.is_visible() == held
    tools.get_by_label("Show what leads to").select_option("")
    assert page.locator(".dim, .near").count() == 0
    assert page.locator(f"{DECISION} figure:visible").count() == len(flow().charts)


def test_sections_are_linked_both_ways(page: Any) -> None:
    drawn = flow()
    links = page.locator(f"{DECISION} svg a")
    goals = [link.get_attribute("href") for link in links.all()]
    assert sorted(goals) == sorted(f"#p1c{goal + 1}" for goal in drawn.jumps.values())
    links.first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == goals[0]
    page.wait_for_function("() => document.querySelector(location.hash).getBoundingClientRect().top < innerHeight")
    page.locator(f"{goals[0]} figcaption a").first.click()
    assert page.evaluate("location.hash") == "#p1c1"


def test_every_chart_is_named_and_described(page: Any) -> None:
    for svg in page.locator("main figure svg").all():
        assert svg.get_attribute("role") == "group"
        for name in ("aria-labelledby", "aria-describedby"):
            text = page.locator(f"[id='{svg.get_attribute(name)}']")
            assert (text.text_content() or "").strip()
    assert page.locator("figure .chart[tabindex='0'][role=group][aria-label]").count() == page.locator("figure").count()
