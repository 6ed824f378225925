"""The report in a real browser: answers, marks, search, links, and pages that fit every screen.

Needs Playwright for Python (`pip install ruleproof[browser]`) and Debian's Chromium; without them the tests say so and
are skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ruleproof.artifacts.charts_of_policy import flow_of_decision
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.report.page import to_page
from test_bundled import POLICIES, bundled, named
from test_report import page_of_all, part_of
from test_report_evaluator import by_python, some_cases

CHROMIUM = os.environ.get("RULEPROOF_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),
    pytest.mark.slow,
]

OFFLINE = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
"""Flags that keep Chromium off the network, and let it run where there is no other user."""

CASE = {
    "moldx": "yes", "method": "ngs", "origin": "somatic", "specimen": "surgical_tissue", "tissue": "solid_organ",
    "own_pla_code": "no", "design": "targeted_panel", "analyte": "dna", "pairing": "alone", "genes": "60", "msi": "yes",
    "cnv": "no", "tmb": "no", "coverage_met": "yes", "service_date": "2024-06-03",
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OFFLINE))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_of_all(), encoding="utf-8")
    return path


class Opened:
    """A page with everything that it asked for and complained of."""

    def __init__(self, browser: Any, path: Path, fragment: str = "", **context: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **context})
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(path.as_uri() + fragment)

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert self.said == []
        assert [url for url in self.asked if not url.startswith("file:")] == []


def fragment(facts: dict[str, str]) -> str:
    return "#try=tumor_ngs;" + ";".join(f"{name}={value}" for name, value in facts.items())


@pytest.fixture(scope="module")
def answering(browser: Any, report: Path) -> Iterator[Any]:
    """One page for all policies, since nothing is changed on it."""
    with Opened(browser, report) as page:
        yield page


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_the_page_answers_as_python_does(answering: Any, path: Path) -> None:
    compiled = bundled(path)
    cases = list(some_cases(compiled, 1_000))
    run = """([name, cases]) => cases.map(([facts, nothingBefore, postedOn]) => {
      try {
        const { decisions, requirements } = RuleproofTrials.get(name).policy.judge(facts, { nothingBefore, postedOn });
        return { decisions, requirements };
      } catch (error) {
        return { refused: error.message, input: error.input };
      }
    })"""
    told = answering.evaluate(run, [compiled.policy.name, cases])
    ours = by_python(compiled, cases)
    for case, one, other in zip(cases, told, ours, strict=True):
        assert one == other, case


def in_a_link(value: Value) -> str:
    return "yes" if value is True else "no" if value is False else str(value)


def trail_in_python(compiled: Compiled, decision: str, facts: Mapping[str, Value]) -> set[str]:
    """Give the boxes and arrows of a case by the chart itself, each with the number of its chart."""
    flow = flow_of_decision(compiled, compiled.policy.decision(decision))
    box = compiled.study.box_of(facts)
    cells = tuple(-1 if mask & (mask - 1) else mask.bit_length() - 1 for mask in box)
    return {f"p1c{number}-{part}" for number, parts in enumerate(flow.trail(cells), 1) for part in parts}


def test_a_link_fills_the_form_and_marks_the_way(browser: Any, tmp_path: Path) -> None:
    compiled = named("panel_definition")
    path = tmp_path / "report.html"
    path.write_text(to_page([part_of(compiled)]), encoding="utf-8")
    for example in compiled.policy.examples:
        facts = {name: in_a_link(value) for name, value in example.facts.items()}
        link = "#try=panel_definition;" + ";".join(f"{name}={value}" for name, value in facts.items())
        with Opened(browser, path, link) as page:
            shown = page.evaluate(
                "() => Object.fromEntries(Array.from(document.forms[1].elements, (e) => [e.name, e.value]))"
            )
            assert {name: value for name, value in shown.items() if name and value} == facts
            marked = set(
                page.evaluate("() => Array.from(document.querySelectorAll('.chart .trail'), (part) => part.id)")
            )
            assert page.locator(".case-link").get_attribute("href") == link
        if any(expected.kind == "cannot happen" for expected in example.expected):
            assert marked == set()
            continue
        trail = trail_in_python(compiled, compiled.decisions[0].name, example.facts)
        charts = {part.split("-")[0] for part in trail}
        assert {part for part in marked if part.split("-")[0] in charts} == trail, example.name


def test_it_says_the_answer_with_rules_citations_and_what_is_missing(browser: Any, report: Path) -> None:
    with Opened(browser, report, fragment(CASE)) as page:
        answers = page.locator("form.try[data-policy=tumor_ngs] + .answers")
        assert "may report CPT 81457" in answers.inner_text()
        assert "by rule T3" in answers.inner_text()
        assert "article coding.targeted.1.2" in answers.inner_text()
        for link in answers.locator("a").all():
            goal = link.get_attribute("href")
            assert page.locator(f"[id='{goal[1:]}']").count() == 1, goal
        answers.get_by_text("(see it)").first.click()
        in_view = "() => document.querySelector(location.hash).getBoundingClientRect().top < innerHeight"
        assert page.evaluate(in_view)
        assert page.locator(f"{page.evaluate('location.hash')} .trail").count() > 2
        thick = "() => Array.from(document.querySelectorAll('.trail > :not(text)'), (part) => getComputedStyle(part).strokeWidth)"
        assert set(page.evaluate(thick)) == {"4px"}
        page.select_option("form.try[data-policy=tumor_ngs] [name=cnv]", "")
        assert "not known yet" in answers.inner_text()
        assert "still missing, the first to ask first: copy number calling" in answers.inner_text()
        assert "cnv" not in page.locator("form.try[data-policy=tumor_ngs] .case-link").get_attribute("href")


def test_what_python_would_refuse_is_refused_in_its_words(browser: Any, report: Path) -> None:
    with Opened(browser, report, fragment({**CASE, "genes": "0"})) as page:
        answers = page.locator("form.try[data-policy=tumor_ngs] + .answers")
        assert "`genes` cannot be '0': it is a whole number from 1 to 25000" in answers.inner_text()
        assert page.locator("form.try[data-policy=tumor_ngs] [name=genes]").get_attribute("aria-invalid") == "true"
        assert page.locator(".trail").count() == 0


@pytest.mark.parametrize(
    "link", ["#try=", "#try=nobody;a=b", "#try=%", "#try=mrd;nothing=1;units=%3Cb%3E", "#%00", "#p1-r-"]
)
def test_a_strange_link_does_no_harm(browser: Any, report: Path, link: str) -> None:
    with Opened(browser, report, link) as page:
        assert page.locator("main h2").count() == 13
        assert page.locator(".answers b").count() == 0


def test_search_and_filters_show_what_they_say(browser: Any, report: Path) -> None:
    with Opened(browser, report) as page:
        page.fill("#search", "81457 cnv")
        rows = page.locator("main tbody tr:visible")
        assert 0 < rows.count() < 200
        assert all("81457" in text and "cnv" in text.lower() for text in rows.all_text_contents())
        assert page.locator("#found").inner_text() == f"{page.locator('main tbody tr:not([hidden])').count()} rows"
        page.fill("#search", "")
        page.select_option("#filter", label="open questions")
        still_open = sum(item.is_open for path in POLICIES for item in bundled(path).policy.questions)
        assert page.locator("#found").inner_text() == f"{still_open} rows"
        page.evaluate("() => { location.hash = '#p1-decisions'; }")
        page.wait_for_function("() => document.getElementById('filter').value === ''")
        assert page.locator("#p1-decisions").is_visible()


def test_a_paragraph_marks_its_rules_and_a_rule_its_paragraphs(browser: Any, report: Path) -> None:
    number = next(number for number, path in enumerate(POLICIES, 1) if path.stem == "tumor_ngs")
    rule, place = f"p{number}-r-T3", f"p{number}-s-article-coding.targeted.1"
    with Opened(browser, report) as page:
        for here, there in ((rule, place), (place, rule)):
            page.locator(f"[id='{here}'] a").first.focus()
            assert "marked" in (page.locator(f"[id='{there}']").get_attribute("class") or "")
        page.locator(f"[id='{rule}']").hover()
        assert "marked" in (page.locator(f"[id='{place}']").get_attribute("class") or "")
        assert page.locator(".chart .marked").count() > 0
        page.keyboard.press("Escape")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (900, "light"), (1400, "dark")])
def test_it_fits_every_screen(browser: Any, report: Path, width: int, scheme: str) -> None:
    with Opened(browser, report, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main"


def test_paper_shows_what_a_reader_needs_and_nothing_to_press(browser: Any, report: Path) -> None:
    with Opened(browser, report) as page:
        page.emulate_media(media="print")
        assert page.locator("nav:visible, form:visible, button:visible, .answers:visible").count() == 0
        assert page.locator("main table:visible").count() > 100


def test_it_reads_without_scripts(browser: Any, report: Path) -> None:
    with Opened(browser, report, java_script_enabled=False) as page:
        assert page.locator("main table:visible").count() > 100
        assert page.locator("noscript p").first.is_visible()


def test_it_can_be_used_within_a_second(browser: Any, report: Path) -> None:
    with Opened(browser, report) as page:
        timing = page.evaluate("() => performance.getEntriesByType('navigation')[0].domComplete")
    assert timing < 4_000, "one second is the aim; other work on the machine is allowed for"
