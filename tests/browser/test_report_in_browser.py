"""The report in a real browser: answers, marks, search, links, and pages that fit every screen.

Needs Playwright for Python (`pip install ruleproof[browser]`) and Debian's Chromium; without them the tests say so and
are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from browser.opened import IN_A_BROWSER, Opened
from ruleproof.artifacts.charts_of_policy import flow_of_decision
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.pipeline import compile_source
from ruleproof.report.page import to_page
from ruleproof.source import source_from_text
from test_bundled import POLICIES, bundled, named
from test_report import part_of
from test_report_evaluator import by_python, histories, leaf_cases, some_cases

pytestmark = IN_A_BROWSER

CASE = {
    "moldx": "yes", "method": "ngs", "origin": "somatic", "specimen": "surgical_tissue", "tissue": "solid_organ",
    "own_pla_code": "no", "design": "targeted_panel", "analyte": "dna", "pairing": "alone", "genes": "60", "msi": "yes",
    "cnv": "no", "tmb": "no", "coverage_met": "yes", "service_date": "2024-06-03",
}  # fmt: skip


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
    cases = [*some_cases(compiled, 2_000), *leaf_cases(compiled)]
    cases += histories(compiled, 300) if compiled.policy.keys else ()
    run = """([name, cases]) => cases.map(([facts, history, postedOn]) => {
      try {
        const { decisions, requirements } = RuleproofTrials.get(name).policy.judge(facts, { history, postedOn });
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
        answers = page.locator("form.try[data-policy=tumor_ngs] ~ .answers")
        assert "may report CPT 81457" in answers.inner_text()
        assert "by rule T3" in answers.inner_text()
        assert "article coding.targeted.1.2 “81457 can be billed”" in answers.inner_text()
        for link in answers.locator("a").all():
            goal = link.get_attribute("href")
            assert page.locator(f"[id='{goal[1:]}']").count() == 1, goal
        answers.get_by_text("Why not another answer?").first.click()
        answers.locator("details[open] ul").wait_for()
        why_not = answers.locator("details[open] li").all_text_contents()
        assert "may report CPT 81458: if copy number calling is yes" in why_not
        answers.get_by_text("(see it)").first.click()
        in_view = "() => document.querySelector(location.hash).getBoundingClientRect().top < innerHeight"
        page.wait_for_function(in_view)
        assert page.locator(f"{page.evaluate('location.hash')} .trail").count() > 2
        thick = "() => Array.from(document.querySelectorAll('.trail > :not(text)'), (part) => getComputedStyle(part).strokeWidth)"
        assert set(page.evaluate(thick)) == {"4px"}
        page.select_option("form.try[data-policy=tumor_ngs] [name=cnv]", "")
        assert "not known yet" in answers.inner_text()
        assert "still missing, the first to ask first: copy number calling" in answers.inner_text()
        assert "cnv" not in page.locator("form.try[data-policy=tumor_ngs] .case-link").get_attribute("href")


def test_outcomes_come_before_what_cannot_be_answered(browser: Any, report: Path) -> None:
    with Opened(browser, report, fragment({"genes": "60"})) as page:
        answers = page.locator("form.try[data-policy=tumor_ngs] ~ .answers")
        line = answers.locator("li", has_text="still possible: ").first.text_content() or ""
        told = re.split(
            "; (?=cannot answer|out of scope|left open|nothing|may |consider |report )", line.partition(": ")[2]
        )
        is_outcome = [bool(re.match("(may report|consider|report|several) ", words)) for words in told]
        assert is_outcome == sorted(is_outcome, reverse=True)
        assert len(set(is_outcome)) == 2, told
        legend = page.locator("#forces").inner_text()
        assert all(f"{force}, " in legend for force in ("consider", "may report", "must not report"))
        assert legend in answers.inner_text()
        page.locator("form.try[data-policy=tumor_ngs] [name=genes]").fill("0")
        assert legend not in answers.inner_text(), "where no answer has such a word, nothing is explained"


def test_what_python_would_refuse_is_refused_in_its_words(browser: Any, report: Path) -> None:
    with Opened(browser, report, fragment({**CASE, "genes": "0"})) as page:
        answers = page.locator("form.try[data-policy=tumor_ngs] ~ .answers")
        assert "`genes` cannot be '0': it is a whole number from 1 to 25000" in answers.inner_text()
        assert page.locator("form.try[data-policy=tumor_ngs] [name=genes]").get_attribute("aria-invalid") == "true"
        assert page.locator(".trail").count() == 0


EVERY_KIND = """policy kinds
input service_date is date from 2020-01-01
input yes_no is yes or no, may be missing
input pick is one of red, green, blue
input whole is whole number from -5 to 30
input exact is decimal number from 0 to 1.5 with 2 decimals
input day is date from 2021-02-01 to 2024-02-29
input one is code of cpt, may be missing
input many is codes of icd10cm
input like is code like 2 letters then 3 digits
codes some of icd10cm
  start ICD C34.10
decision d gives one of x, y
rule R1 for d when yes_no and pick is red and whole is at least 1 and exact is at least 0.5 and one is CPT 81445
  and many any in some and like is "AB123" and day is at least 2022-01-01 then d is x
rule R2 for d when not (yes_no and pick is red and whole is at least 1 and exact is at least 0.5 and one is CPT 81445
  and many any in some and like is "AB123" and day is at least 2022-01-01) then d is y
"""

TYPED = (
    "0", "-6", "31", "+30", "1e3", "2.", ".5", "0.505", "1.51", "007", "\uff11", "red", "Red", "rde", "yes", "null",
    "2024-02-30", "2024-03-01", "2021-1-1", "2021-01-31", "C34.10", "c34.10", "ICD C34.10", "ICD C34.10, C50", ",",
    "ICD C34.10, ICD C34.10", "81445", "CPT 81445", "CPT 8144", "AB123", "ab123", "AB1234", "it's", 'a "b"', "x" * 70,
    "<b>bold</b>", "\u202ertl", "\U0001f9ec", "__proto__",
)  # fmt: skip


def test_every_field_takes_what_python_takes_and_refuses_the_rest_in_its_words(browser: Any, tmp_path: Path) -> None:
    compiled = compile_source(source_from_text(EVERY_KIND))
    assert isinstance(compiled, Compiled), [item.message for item in compiled.findings]
    path = tmp_path / "report.html"
    path.write_text(to_page([part_of(compiled)]), encoding="utf-8")
    refused = taken = 0
    with Opened(browser, path) as page:
        form, answers = page.locator("form.try"), page.locator(".answers")
        form.scroll_into_view_if_needed()
        for item in compiled.policy.asked:
            field = form.locator(f"[name={item.name}]")
            several = field.get_attribute("data-several") is not None
            for typed in TYPED:
                if field.evaluate("field => field.tagName") == "SELECT":
                    offered = field.evaluate("field => Array.from(field.options, (option) => option.value)")
                    assert all(
                        "refused" not in by_python(compiled, [({item.name: one}, None, None)])[0]
                        for one in offered
                        if one
                    )
                    break
                field.fill(typed)
                text = field.input_value().strip()
                value = [code.strip() for code in text.split(",") if code.strip()] if several else text
                (ours,) = by_python(compiled, [({item.name: value}, None, None)])
                told = answers.locator("p.warning").all_text_contents()
                assert told == ([f"✗ {ours['refused']}"] if "refused" in ours else []), (item.name, typed)
                assert (field.get_attribute("aria-invalid") == "true") == ("refused" in ours)
                refused, taken = refused + bool(told), taken + (not told)
            field.evaluate("field => { field.value = ''; }")
    assert refused > 150
    assert taken > 8


def test_earlier_services_are_entered_counted_and_carried_by_the_link(browser: Any, of_tumor_ngs: Path) -> None:
    with Opened(browser, of_tumor_ngs, fragment({**CASE, "design": "profile"})) as page:
        form, answers = page.locator("form.try"), page.locator("form.try ~ .answers")
        limits = answers.locator("li", has_text="one profile per surgical specimen")
        assert "not checked" in (limits.first.text_content() or "")
        form.get_by_label("services before this one").select_option("nothing")
        assert "failed" not in (limits.first.text_content() or "")
        form.get_by_label("specimen_id of this service").fill("S1")
        form.get_by_role("button", name="Add an earlier service").click()
        earlier = form.get_by_role("group", name="Earlier service 1")
        earlier.get_by_label("date of service").fill("2024-05-01")
        earlier.get_by_label("definition met").select_option("profile")
        earlier.get_by_label("specimen_id").fill("S1")
        earlier.get_by_label("paid").select_option("yes")
        assert "failed" in (limits.first.text_content() or "")
        link = page.locator(".case-link").get_attribute("href")
        earlier.get_by_label("date of service").fill("2024-13-01")
        assert "earlier service '1': `service_date` cannot be '2024-13-01'" in answers.inner_text()
        assert earlier.get_by_label("date of service").get_attribute("aria-invalid") == "true"
    with Opened(browser, of_tumor_ngs, link) as page:
        assert (
            "failed"
            in page.locator("form.try ~ .answers li", has_text="one profile per surgical specimen").first.text_content()
        )
        assert page.locator(".case-link").get_attribute("href") == link
        page.get_by_role("button", name="Leave it out").click()
        assert page.get_by_role("group", name="Earlier service 1").count() == 0


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
