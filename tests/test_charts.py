"""Charts: what they show is what the graphs say, every part of them is in the picture, and they can be read and printed."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
import wasmtime
from hypothesis import given, settings

from brute_force import Yardstick, compiled
from pictures import NAMESPACE, DrawnBox, Picture, read_picture, walk
from random_policies import RandomPolicy, policies
from ruleproof.artifacts import layout
from ruleproof.artifacts.chart import Arrow, Box, Chart, Group, Kind, Line, clean, wrapped
from ruleproof.artifacts.charts import reading_order, words
from ruleproof.artifacts.charts.described import described
from ruleproof.artifacts.charts.paper import scale_on_page
from ruleproof.artifacts.charts.reading_order import steps_of
from ruleproof.artifacts.charts.sections import sections_of
from ruleproof.artifacts.charts.steps import Ask, Say, bottom_up, follow
from ruleproof.artifacts.charts_of_policy import charts_of_policy, flow_of_decision, to_charts
from ruleproof.artifacts.engine_cache import compiled_module
from ruleproof.artifacts.to_dot import MARK, STYLES, to_dot
from ruleproof.artifacts.to_mermaid import to_mermaid
from ruleproof.artifacts.to_svg import PictureError, picture, to_svg, to_svg_fragment
from ruleproof.compiled import Compiled
from ruleproof.model import meaning
from ruleproof.model.meaning import Answer, Case
from ruleproof.model.nodes import Decision
from ruleproof.prover.space import bits_of

ROOT = Path(__file__).parents[1]
BUNDLED = tuple(sorted((ROOT / "policies").rglob("*.policy")))


@pytest.fixture(scope="module", params=BUNDLED, ids=lambda path: path.stem)
def bundled(request: pytest.FixtureRequest) -> Compiled:
    return compiled(request.param.read_text("utf-8"))


@pytest.fixture(scope="module")
def pictures(bundled: Compiled) -> dict[str, Picture]:
    return {chart.name: read_picture(to_svg(chart)) for chart in charts_of_policy(bundled)}


# ---------------------------------------------------------------- the picture shows the chart


def shows(drawn: Picture, chart: Chart) -> None:
    """Check that a picture has the boxes, arrows, frames and words of a chart, and no others."""

    def own(id: str) -> str:
        return f"{chart.name}-{id}"

    assert drawn.title == chart.title
    assert drawn.lines == (*chart.title_lines, *chart.notes)
    found = {name: (box.kind, box.heading, box.text) for name, box in drawn.boxes.items()}
    assert found == {own(box.id): (box.kind.value, box.heading, box.text) for box in chart.boxes}
    joined = {name: (arrow.words, arrow.tail, arrow.head) for name, arrow in drawn.arrows.items()}
    assert joined == {own(arrow.id): (arrow.words, own(arrow.tail), own(arrow.head)) for arrow in chart.arrows}
    assert drawn.frames == {own(group.id): group.title for group in chart.groups}


def test_every_box_arrow_and_word_of_a_chart_is_in_the_picture(bundled: Compiled, pictures: dict[str, Picture]) -> None:
    charts = charts_of_policy(bundled)
    assert len(charts) >= len(bundled.decisions) + 1
    for chart in charts:
        shows(pictures[chart.name], chart)


def test_no_box_lies_on_another(pictures: dict[str, Picture]) -> None:
    for drawn in pictures.values():
        for one, other in combinations(drawn.boxes.values(), 2):
            apart = (
                one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top
            )
            assert apart, (one, other)


def test_every_picture_can_be_read_on_one_page(pictures: dict[str, Picture]) -> None:
    small = {name: drawn for name, drawn in pictures.items() if scale_on_page(drawn.width, drawn.height) * 10 < 7.0}
    assert not small


# ---------------------------------------------------------------- the picture says what the graph says


def test_pictures_answer_as_the_graph_and_the_meaning_say(bundled: Compiled, pictures: dict[str, Picture]) -> None:
    """Every path of the exact graph is followed through the pictures, reading only what stands there."""
    labels = {f"{words.label_of(item)}?": item.name for item in bundled.policy.inputs}
    kinds = set()
    for decision in bundled.decisions:
        names = sorted(name for name in pictures if re.fullmatch(rf"{decision.name}(-\d+)?", name))
        first = decision.name if decision.name in names else f"{decision.name}-1"
        for case, answer in cases_on_every_path(bundled, decision):
            assert meaning.answer_of(bundled.policy, decision, case) == answer
            end = walk(pictures, first, labels, case)
            ends_as_answered(end, decision, answer)
            kinds.add(end.kind)
    assert kinds


def cases_on_every_path(found: Compiled, decision: Decision) -> Iterator[tuple[Case, Answer]]:
    """Give two cases that can happen for each path of the exact graph, as far as chance finds them, with their answers."""
    chance = random.Random(1)
    missed = 0
    for asked, leaf in found.exact_graphs[decision.name].paths():
        possible: list[Case] = []
        for _ in range(200 if leaf.answer is not None else 0):
            masks = (asked.get(place, mask) for place, mask in enumerate(found.space.whole))
            case = found.space.decode(tuple(chance.choice([*bits_of(mask)]) for mask in masks))
            possible += [] if meaning.impossible(found.policy, case) else [case]
            if len(possible) == 2:
                break
        assert leaf.answer is None or isinstance(leaf.answer, Answer)
        yield from ((case, leaf.answer) for case in possible if leaf.answer is not None)
        missed += leaf.answer is not None and not possible
    assert missed == 0


def ends_as_answered(end: DrawnBox, decision: Decision, answer: Answer) -> None:
    """Check that a box says an answer, and names only rules behind it, with their sources."""
    text = " ".join(end.words)
    kinds = {
        meaning.OUT_OF_SCOPE: "out-of-scope",
        meaning.OPEN: "left-open",
        meaning.NOTHING: "nothing-applies" if decision.collects else "gap",
        meaning.CANNOT_ANSWER: "conflict" if answer.rules else "cannot-answer",
    }
    assert end.kind == kinds.get(answer.kind, answer.force.replace(" ", "-"))
    for outcome in (*answer.outcomes, *answer.further, *answer.barred):
        assert outcome.replace("_", " ") in text
    shown = [
        rule for rule in decision.rules if re.search(rf"(?<![\w.]){rule.name}(?![\w.])", text.split(", in part")[0])
    ]
    assert {rule.name for rule in shown} <= set(answer.rules)
    assert bool(shown) == bool(answer.rules)
    for rule in shown:
        assert all(citation.text in text for citation in rule.citations)


@given(policies())
def test_steps_say_what_the_meaning_says(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    cases = Yardstick(found.policy, found.space.samples()).all
    for decision in found.decisions:
        root = steps_of(found.exact_graphs[decision.name])
        assert root is not None or all(meaning.impossible(found.policy, case) for case in cases)
        for case in cases:
            if meaning.impossible(found.policy, case):
                continue
            answer = meaning.answer_of(found.policy, decision, case)
            end = follow(root, found.space.encode(case)) if root is not None else None
            assert end is not None
            assert end.answer.kind == answer.kind
            if answer.kind != meaning.CANNOT_ANSWER or answer.rules:
                assert end.answer.said == answer.said
            assert set(end.always) <= set(answer.rules) <= {*end.always, *end.at_times}
            assert bool(end.always) == bool(answer.rules)


@given(policies())
@settings(max_examples=20)
def test_charts_of_random_policies_are_drawn_whole_and_lead_to_the_answer(policy: RandomPolicy) -> None:
    found = compiled(policy.text)
    cases = Yardstick(found.policy, found.space.samples()).all[:200]
    for decision in found.decisions:
        flow = flow_of_decision(found, decision)
        for chart in flow.charts:
            shows(read_picture(to_svg(chart)), chart)
        for case in cases:
            if meaning.impossible(found.policy, case):
                continue
            trail = flow.trail(found.space.encode(case))
            ends = [
                box
                for chart, ids in zip(flow.charts, trail, strict=True)
                for box in chart.boxes
                if box.id in ids and box.kind not in (Kind.QUESTION, Kind.CONTINUES)
            ]
            answer = meaning.answer_of(found.policy, decision, case)
            assert len(ends) == 1
            text = "".join(ends[0].words).replace(" ", "").replace("-", "")
            for outcome in answer.outcomes:
                assert clean(words.plain(outcome)).replace(" ", "").replace("-", "") in text


@given(policies())
def test_steps_of_a_graph_that_stays_as_it_is_say_the_same(policy: RandomPolicy) -> None:
    """A graph with too many paths keeps its own order; here every graph is taken for one."""
    found = compiled(policy.text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_order, "MOST_PATHS", 0)
        steps = {name: steps_of(graph) for name, graph in found.exact_graphs.items() if name in found.graphs}
    for case in Yardstick(found.policy, found.space.samples()).all[:100]:
        for decision in found.decisions:
            root = steps[decision.name]
            if meaning.impossible(found.policy, case) or root is None:
                continue
            end = follow(root, found.space.encode(case))
            answer = meaning.answer_of(found.policy, decision, case)
            assert end is not None
            assert end.answer.kind == answer.kind
            assert end.always == answer.rules


# ---------------------------------------------------------------- sections, marks, words


def test_every_section_is_reached(bundled: Compiled) -> None:
    for decision in bundled.decisions:
        flow = flow_of_decision(bundled, decision)
        targets = {" ".join(box.heading) for chart in flow.charts for box in chart.boxes if box.kind is Kind.CONTINUES}
        assert targets == {f"continues in section {number}" for number in range(2, len(flow.charts) + 1)}


def test_a_section_never_exceeds_what_fits_unless_it_is_one_question() -> None:
    found = compiled((ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"))
    root = steps_of(found.exact_graphs["billing_code"])
    assert root is not None
    cut = sections_of(root, found.space.whole, lambda _: ("box",), lambda _, __: ("way",), lambda width, _: width < 150)
    questions = sum(isinstance(step, Ask) for step in bottom_up(root))
    assert len(cut) > questions / 3
    assert cut[0].first is root


def test_a_section_says_whether_all_cases_of_its_box_reach_it() -> None:
    """A section is exact only where no case of its box is answered elsewhere; the chart says so where it is not."""
    found = compiled((ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"))
    told = set()
    for decision in found.decisions:
        root = steps_of(found.exact_graphs[decision.name])
        assert root is not None
        cut = sections_of(
            root, found.space.whole, lambda _: ("box",), lambda _, __: ("way",), lambda width, _: width < 150
        )
        for section in cut:
            told.add(section.exact)
            if section.exact:
                for case in random_cases(section.reached_by):
                    elsewhere = follow(root, case)
                    assert follow(section.first, case) is elsewhere or elsewhere is None
        for number, chart in enumerate(flow_of_decision(found, decision).charts, 1):
            several = chart.name.endswith(f"-{number}")
            assert ("an earlier section has answered" in " ".join(chart.notes)) == several
            assert ("as far as section 1 leads here" in " ".join(chart.notes)) == (several and number > 1)
    assert told == {True, False}


def random_cases(box: tuple[int, ...]) -> list[tuple[int, ...]]:
    choose = random.Random(1)
    return [tuple(choose.choice([*bits_of(mask)]) for mask in box) for _ in range(50)]


def test_a_chart_names_the_sources(bundled: Compiled) -> None:
    named = [f"{source.name}: {source.label}" for source in bundled.policy.sources]
    for chart in charts_of_policy(bundled):
        assert all(name in " ".join(chart.notes) for name in named)


def test_a_case_and_a_rule_can_be_marked() -> None:
    found = compiled((ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"))
    decision = found.policy.decision("billing_code")
    flow = flow_of_decision(found, decision)
    by_rule = flow.boxes_of_rule("F1")
    assert any(by_rule)
    marked = [chart.with_marks(ids) for chart, ids in zip(flow.charts, by_rule, strict=True)]
    chart = next(chart for chart, ids in zip(marked, by_rule, strict=True) if ids)
    drawn = ElementTree.fromstring(to_svg(chart))
    heavy = [part.get("id") for part in drawn.iter(f"{NAMESPACE}g") if "marked" in part.get("class", "")]
    assert heavy
    assert all("F1" in " ".join(read_picture(to_svg(chart)).boxes[str(name)].words) for name in heavy)
    lines = [
        shape.get("stroke-width") for part in drawn.iter(f"{NAMESPACE}g") if part.get("id") in heavy for shape in part
    ]
    assert MARK["penwidth"] in lines


WORDS = """policy words
input genes is whole number from 1 to 100, may be missing
  unit "genes"
input share "share of cells" is decimal number from 0 to 1
  unit "percent"
input day is date from 2020-01-01
input tissue is one of solid_organ, marrow, blood
input line is code of cpt
input ids is code like "Z" then 2 digits, may be missing
input diagnoses are codes of icd10cm
codes panels of cpt
  start CPT 81445, CPT 81450, CPT 81451, CPT 81449
codes bad of icd10cm
  start ICD C00.0, ICD C00.1, ICD C00.2, ICD C00.3
decision out gives one of a, b
rule R1 for out
  when all of (genes is between 5 and 50, share is more than 0.25, day is on or after 2024-03-21, tissue is marrow)
  then report a
rule R2 for out
  when all of (line is in panels, ids is present, diagnoses any in bad, genes is 7)
  then report b
"""


def test_words_name_stretches_values_codes_and_what_is_missing() -> None:
    found = compiled(WORDS)
    space = found.space
    said = {
        dimension.input: [words.answer(space, place, 1 << cell) for cell in range(len(dimension.cells))]
        for place, dimension in enumerate(space.dimensions)
        if dimension.group_name != "any other code"
    }
    assert said["genes"] == ["up to 4", "5 to 6", "7", "8 to 50", "51 or more", "missing"]
    assert said["day"] == ["until 2024-03-20", "from 2024-03-21"]
    assert said["share"] == ["up to 0.25", "more than 0.25"]
    assert said["tissue"] == ["solid organ", "marrow", "blood"]
    assert said["line"] == ["panels", "any other"]
    assert said["ids"] == ["given", "missing"]
    assert said["diagnoses"] == ["no", "yes"]
    genes = space.places["genes"][0]
    assert words.answer(space, genes, 0b011011) == "up to 6, or 8 or more"
    assert words.answer(space, genes, 0b100001) == "up to 4, or missing"
    assert words.question(space, genes) == "genes?"
    assert words.question(space, space.places["share"][0]) == "share of cells (percent)?"
    assert words.question(space, space.places["diagnoses"][0]) == "diagnoses: any of bad?"


# ---------------------------------------------------------------- strange texts

STRANGE = (
    'says "so"',
    "<b>bold</b>",
    "<",
    "a & b &amp; &lt; &#60; &nbsp;",
    r"back\slash \n \N \l \" \\",
    '"""',
    "]]>",
    "<!-- no remark -->",
    "<script>alert(1)</script>",
    "שלום עולם",
    "ليس",
    "漢字かな交じり",
    "emoji 🧬 é ö ẞ ﬁ",
    "\u202eturned\u202c",
    "bell\x07 null\x00 escape\x1b",
    "half\ud800",
    "not a letter \uffff",
    "two\nlines\r\nand\ttabs",
    "hard\u00a0blank",
    "a_very_long_word_without_any_blank_at_all_that_goes_on_and_on",
    "{record | <port> shape}",
    "digraph { a -> b }",
    "%%{init: {}}%% #35; `code` end",
    "-",
    "0",
)


def strange_chart() -> Chart:
    boxes = [Box(f"b{n}", kind, wrapped(STRANGE[n % len(STRANGE)], 24)) for n, kind in enumerate([*Kind] * 2)]
    boxes[0] = Box("b0", Kind.QUESTION, wrapped(STRANGE[0], 20), wrapped(STRANGE[3], 20), clean(STRANGE[8]))
    arrows = [Arrow(f"a{n}", "b0", f"b{n}", wrapped(text, 18)) for n, text in enumerate(STRANGE, 1)]
    bare = Arrow("a0", "b1", "b2", line=Line.DASHED)
    title, notes = clean(" ".join(STRANGE[:7])), tuple(clean(text) for text in STRANGE)
    group = Group("g1", clean(STRANGE[1]), ("b3", "b4"))
    return Chart("strange", title, notes, tuple(boxes), (*arrows, bare), (group,), across=True)


def test_strange_texts_are_shown_as_they_are() -> None:
    chart = strange_chart()
    shows(read_picture(to_svg(chart)), chart)
    shown = " ".join(ElementTree.fromstring(to_svg(chart)).itertext())
    for text in (
        "<script>alert(1)</script>",
        r"back\slash \n \N \l \" \\",
        "a & b &amp; &lt; &#60; &nbsp;",
        "]]>",
        "שלום עולם",
    ):
        assert text in shown


def test_no_text_hides_or_turns_anything() -> None:
    for text in STRANGE:
        assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff\uffff]", clean(text))
    assert clean("\u202e81445\u202c") == "\ufffd81445\ufffd"


def test_a_policy_with_strange_names_is_drawn() -> None:
    text = r"""policy `odd name` "says \"so\" <b>&amp; \\n ]]> \"\"\" שלום"
input `when` "Is 5 < 6 & \"true\"? \\N" is yes or no
input class is one of "a <b> & c", "\\n", "]]>", "&lt;"
decision `<script>` gives one of "a <b>", b
rule R1 "&nbsp; \\" for `<script>`
  when class is one of ("a <b> & c", "&lt;") and not `when`
  then report "a <b>"
rule R2 for `<script>`
  when class is "]]>"
  then may report b
  overrides R1 because "it's \"<narrower>\" & so on"
"""
    found = compiled(text)
    charts = charts_of_policy(found)
    assert {chart.name for chart in charts} >= {"script", "decisions", "exceptions"}
    for chart in charts:
        shows(read_picture(to_svg(chart)), chart)
    everything = " ".join(" ".join(ElementTree.fromstring(to_svg(chart)).itertext()) for chart in charts)
    for wanted in ("report a <b>", "]]>", "&lt;", r"\n", 'Is 5 < 6 & "true"? \\N', '“it\'s "<narrower>" &'):
        assert wanted in everything


def test_a_chart_refuses_what_cannot_be_drawn() -> None:
    fine = Box("b1", Kind.REPORT, ("yes",))
    with pytest.raises(ValueError, match="cannot be drawn"):
        Chart("c", "t", (), (Box("b1", Kind.REPORT, ("a\nb",)),), ())
    with pytest.raises(ValueError, match="no box b2"):
        Chart("c", "t", (), (fine,), (Arrow("a1", "b1", "b2"),))
    with pytest.raises(ValueError, match="one id"):
        Chart("c", "t", (), (fine, fine), ())
    with pytest.raises(ValueError, match="is no id"):
        Chart("a b", "t", (), (fine,), ())
    with pytest.raises(ValueError, match="no words"):
        Chart("c", "t", (), (Box("b1", Kind.REPORT, ()),), ())


# ---------------------------------------------------------------- the file

ALLOWED = {
    "svg": {"width", "height", "viewBox", "role", "aria-labelledby", "lang", "font-family", "font-size"},
    "g": {"id", "class", "transform"},
    "title": {"id"},
    "desc": {"id"},
    "style": set(),
    "text": {"x", "y", "text-anchor", "fill", "font-weight", "font-size"},
    "path": {"d", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polygon": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polyline": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "ellipse": {"cx", "cy", "rx", "ry", "fill", "stroke", "stroke-width", "stroke-dasharray"},
}


def test_a_picture_holds_nothing_that_runs_or_is_fetched(bundled: Compiled) -> None:
    for chart in (*charts_of_policy(bundled), strange_chart()):
        svg = to_svg(chart)
        for element in ElementTree.fromstring(svg).iter():
            name = element.tag.removeprefix(NAMESPACE)
            assert set(element.attrib) <= ALLOWED[name], (name, element.attrib)
        assert svg.count("http") == 1
        assert "<!" not in svg
        assert "generated by" not in svg.lower()


def test_a_picture_can_be_heard(bundled: Compiled) -> None:
    """Title and text are named by the picture, and the text says what every box says."""
    for chart in charts_of_policy(bundled):
        root = ElementTree.fromstring(to_svg(chart))
        assert root.get("role") == "img"
        assert root.get("lang") == "en"
        ids = {element.get("id"): element for element in root.iter() if element.get("id")}
        title, text = (ids[name] for name in root.get("aria-labelledby", "").split())
        assert title.text == chart.title
        assert all(" ".join(box.heading) in (text.text or "") for box in chart.boxes)
        assert len(ids) == len([element for element in root.iter() if element.get("id")])


def test_what_is_heard_keeps_remarks_apart() -> None:
    found = compiled((ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"))
    said = "\n".join(described(chart) for chart in charts_of_policy(found))
    assert "report CPT 81479 (rule T6, article coding.targeted.4.1)" in said
    assert "\n2. MolDX contractor, method, variants looked for → see" in said
    assert "•" not in said


def test_a_fragment_leaves_the_paper_to_its_page() -> None:
    fragment = to_svg_fragment(strange_chart())
    assert fragment.startswith("<svg ")
    assert "<style" not in fragment
    assert "@page" in to_svg(strange_chart())


def _brightness(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_brightness(one), _brightness(other)))
    return (light + 0.05) / (dark + 0.05)


def test_outcomes_differ_without_colour_and_can_be_read() -> None:
    assert set(STYLES) == set(Kind)
    ends = [
        Kind.REPORT,
        Kind.MAY_REPORT,
        Kind.ALSO,
        Kind.CONSIDER,
        Kind.SEVERAL,
        Kind.MUST_NOT,
        Kind.LEFT_OPEN,
        Kind.GAP,
    ]
    ends += [Kind.CONFLICT, Kind.CANNOT_ANSWER, Kind.OUT_OF_SCOPE, Kind.NOTHING_APPLIES]
    looks = [(STYLES[kind]["shape"], STYLES[kind]["style"], STYLES[kind]["penwidth"]) for kind in ends]
    assert len(set(looks)) == len(looks)
    for kind in Kind:
        assert _contrast("#111111", STYLES[kind]["fillcolor"]) > 7
    for kind in set(ends) - {Kind.OUT_OF_SCOPE}:
        assert _contrast("#ffffff", STYLES[kind]["color"]) > 3


def test_mermaid_has_every_box_and_arrow_and_no_sign_of_its_own(bundled: Compiled) -> None:
    for chart in (*charts_of_policy(bundled), strange_chart()):
        lines = to_mermaid(chart).splitlines()
        arrows = [line for line in lines if re.match(r" +n_\w+ -\.?->", line)]
        boxes = [line for line in lines if re.match(r' +n_\w+[^\w "]+"', line)]
        assert (len(arrows), len(boxes)) == (len(chart.arrows), len(chart.boxes))
        for line in lines:
            if not line.startswith("%%"):
                inside = "".join(re.findall(r'"([^"]*)"', line)).replace("<br/>", "")
                assert line.count('"') in (0, 2)
                assert not re.search(r"[<>`{}|]", inside)
            else:
                assert "{" not in line


# ---------------------------------------------------------------- a picture that lacks something is refused


def small_chart() -> Chart:
    boxes = (
        Box("b1", Kind.QUESTION, ("genes?",)),
        Box("b2", Kind.REPORT, ("report CPT 81479",), ("rule T6",)),
        Box("b3", Kind.GAP, ("gap: no rule",)),
    )
    arrows = (Arrow("a1", "b1", "b2", ("2 to 4",)), Arrow("a2", "b1", "b3", ("5 or more",)), Arrow("a3", "b2", "b3"))
    return Chart("small", "A small chart", ("a note",), boxes, arrows, (Group("g1", "ends", ("b2",)),))


def test_the_whole_small_chart_passes() -> None:
    assert picture(small_chart(), layout.svg_from_dot(to_dot(small_chart()))) is not None


@pytest.mark.parametrize("id", ["b1", "b3", "a1", "a1-head", "a1-words", "a3", "g1"])
def test_a_picture_without_a_part_is_refused(id: str) -> None:
    chart = small_chart()
    root = ElementTree.fromstring(layout.svg_from_dot(to_dot(chart)))
    (page,) = root.findall(f"{NAMESPACE}g")
    page.remove(next(part for part in page if part.get("id") == f"small-{id}"))
    with pytest.raises(PictureError, match=id.split("-", maxsplit=1)[0]):
        picture(chart, ElementTree.tostring(root))


@pytest.mark.parametrize("id", ["a1", "a1-head", "a2", "a3"])
@pytest.mark.parametrize("line", ["", "  ", None])
def test_an_arrow_without_its_line_is_refused(id: str, line: str | None) -> None:
    chart = small_chart()
    root = ElementTree.fromstring(layout.svg_from_dot(to_dot(chart)))
    part = next(part for part in root.iter() if part.get("id") == f"small-{id}")
    path = part.find(f"{NAMESPACE}path")
    assert path is not None
    if line is None:
        part.remove(path)
    else:
        path.set("d", line)
    with pytest.raises(PictureError, match="the line of arrow"):
        picture(chart, ElementTree.tostring(root))


def test_a_picture_with_other_words_is_refused() -> None:
    drawn = layout.svg_from_dot(to_dot(small_chart()))
    for old, new in (
        (b"2 to 4", b"2 to 5"),
        (b">report CPT 81479<", b"><"),
        (b">rule T6<", b">b2<"),
        (b"a note", b"a vote"),
    ):
        assert drawn.count(old) == 1
        with pytest.raises(PictureError, match="words of"):
            picture(small_chart(), drawn.replace(old, new))


def test_a_picture_of_another_chart_is_refused() -> None:
    chart = small_chart()
    more = Chart(
        "small", chart.title, chart.notes, (*chart.boxes, Box("b4", Kind.REPORT, ("more",))), chart.arrows, chart.groups
    )
    with pytest.raises(PictureError, match="not of it"):
        picture(chart, layout.svg_from_dot(to_dot(more)))
    with pytest.raises(PictureError, match="box b4"):
        picture(more, layout.svg_from_dot(to_dot(chart)))


# ---------------------------------------------------------------- the layout engine

_DIGEST = """
import hashlib, sys
from pathlib import Path
from ruleproof.artifacts.charts_of_policy import to_charts, to_mermaid_texts
from ruleproof.beside import FolderBeside
from ruleproof.pipeline import compile_source
from ruleproof.source import source_from_text
path = Path(sys.argv[1])
found = compile_source(source_from_text(path.read_text("utf-8"), "x.policy"), FolderBeside(path.parent))
texts = to_charts(found) | to_mermaid_texts(found)
print(hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest(), len(texts))
"""


def test_the_same_policy_gives_the_same_bytes_in_every_process() -> None:
    policy = ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy"
    said = set()
    for seed in ("1", "77"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "compiler")}
        done = subprocess.run(
            [sys.executable, "-c", _DIGEST, policy], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        said.add(done.stdout)
    assert len(said) == 1


def _dense(nodes: int, edges: int) -> str:
    chance = random.Random(1)
    return (
        "digraph {" + ";".join(f"n{chance.randrange(nodes)} -> n{chance.randrange(nodes)}" for _ in range(edges)) + "}"
    )


def test_threads_do_not_disturb_each_other() -> None:
    texts = [_dense(12, 20 + number) for number in range(12)]
    alone = [layout.svg_from_dot(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(layout.svg_from_dot, texts * 3))
    assert together == alone * 3


def test_a_drawing_that_takes_too_long_is_stopped_and_the_next_one_works() -> None:
    layout.svg_from_dot("digraph { a }")
    start = time.perf_counter()
    with pytest.raises(layout.LayoutTooSlowError, match=r"0\.5 seconds"):
        layout.svg_from_dot(_dense(200, 900), seconds=0.5)
    assert time.perf_counter() - start < 3
    assert b"</svg>" in layout.svg_from_dot("digraph { a -> b }")


def test_a_text_that_is_no_chart_is_refused() -> None:
    with pytest.raises(layout.LayoutError, match="layout engine"):
        layout.svg_from_dot("digraph {")
    assert b"</svg>" in layout.svg_from_dot("digraph { a -> b }")


_INTERRUPTED = """
import random, signal, threading, time
from ruleproof.artifacts.layout import svg_from_dot
svg_from_dot("digraph { a }")
chance = random.Random(1)
slow = "digraph {" + ";".join(f"n{chance.randrange(200)} -> n{chance.randrange(200)}" for _ in range(900)) + "}"
main = threading.get_ident()
threading.Timer(0.4, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
start = time.perf_counter()
try:
    svg_from_dot(slow)
except KeyboardInterrupt:
    print(time.perf_counter() - start < 4, b"</svg>" in svg_from_dot("digraph { a -> b }"))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals go another way there")
def test_ctrl_c_ends_a_drawing() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "compiler")}
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


class _Counting:
    """A WebAssembly module of one function, and how often it was compiled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.compiled = 0
        self.engine = wasmtime.Engine()
        self.wasm = bytes(wasmtime.wat2wasm('(module (func (export "seven") (result i32) i32.const 7))'))
        before = wasmtime.Module.__init__

        def counting(module: wasmtime.Module, engine: wasmtime.Engine, wasm: str | bytes) -> None:
            self.compiled += 1
            before(module, engine, wasm)

        monkeypatch.setattr(wasmtime.Module, "__init__", counting)

    def load(self, folder: Path) -> None:
        """Load the module and see that it works."""
        store = wasmtime.Store(self.engine)
        instance = wasmtime.Instance(store, compiled_module(self.engine, self.wasm, folder), [])
        seven = instance.exports(store)["seven"]
        assert isinstance(seven, wasmtime.Func)
        assert seven(store) == 7


def test_compiled_code_is_kept_and_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _Counting(monkeypatch)
    folder = tmp_path / "new" / "folder"
    engine.load(folder)
    engine.load(folder)
    assert engine.compiled == 1
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0]


def test_kept_code_that_is_damaged_or_foreign_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _Counting(monkeypatch)
    engine.load(tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    fitting = hashlib.sha256(b"no machine code").digest() + b"no machine code"
    for number, content in enumerate(
        (b"", whole[:-1], whole[:40], whole[:200] + b"?" + whole[201:], b"x" * 99, fitting)
    ):
        kept.write_bytes(content)
        engine.load(tmp_path)
        assert engine.compiled == number + 2
        assert kept.read_bytes() == whole


@pytest.mark.skipif(os.name == "nt", reason="files have no mode there")
def test_kept_code_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _Counting(monkeypatch)
    tmp_path.chmod(0o700)
    engine.load(tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.chmod(0o620)
    engine.load(tmp_path)
    assert engine.compiled == 2
    tmp_path.chmod(0o770)
    engine.load(tmp_path)
    assert engine.compiled == 3
    tmp_path.chmod(0o700)
    kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(tmp_path / "elsewhere")
    engine.load(tmp_path)
    assert engine.compiled == 4
    assert not kept.is_symlink()


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = _Counting(monkeypatch)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    engine.load(tmp_path / "file" / "folder")
    assert engine.compiled == 1


def test_ends_know_their_rules() -> None:
    """An end that is reached by several rules names those that always hold apart from those that hold at times."""
    found = compiled((ROOT / "policies" / "tumor_ngs" / "tumor_ngs.policy").read_text("utf-8"))
    root = steps_of(found.exact_graphs["billing_code"])
    assert root is not None
    ends = [step for step in bottom_up(root) if isinstance(step, Say)]
    assert any(end.at_times for end in ends)
    assert not any(set(end.always) & set(end.at_times) for end in ends)


def test_charts_are_files_with_names_of_their_own(bundled: Compiled) -> None:
    files = to_charts(bundled)
    assert len({name.casefold() for name in files}) == len(files)
    assert {name.rsplit(".", 1)[1] for name in files} == {"svg", "dot"}
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in files)
