"""The DMN files in programs of others: dmn-moddle reads them, feelin answers them, dmn-js shows them in a real browser.

`make dmn` fetches the programs from npm, for the tests only; without Node, or without them, the tests say so and are skipped.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from brute_force import compiled
from random_policies import RandomPolicy, policies
from ruleproof.artifacts.to_dmn import to_dmn
from ruleproof.compiled import Compiled
from tables_elsewhere import MANY_SHAPES, answers_expected, cases_to_try, exported_once, facts_of_model
from test_bundled import THOROUGH, bundled, every_policy, named

HERE = Path(__file__).parent
NODE = shutil.which("node")
CHROMIUM = os.environ.get("RULEPROOF_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
VIEWER = HERE / "node_modules" / "dmn-js" / "dist"
SCREENSHOTS = os.environ.get("RULEPROOF_SCREENSHOTS")
"""A folder to keep pictures of every view in, for people to look at."""

pytestmark = [
    pytest.mark.skipif("RULEPROOF_DMN" not in os.environ, reason="`make dmn` tries the programs of others"),
    pytest.mark.skipif(NODE is None, reason="there is no Node on this machine"),
    pytest.mark.skipif(not VIEWER.is_dir(), reason="dmn-js is not here: `make dmn` fetches it"),
    pytest.mark.xdist_group("dmn"),
    pytest.mark.slow,
]

OFFLINE = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip


def file_for_tools(found: Compiled) -> str:
    """Give the file for DMN 1.3, the latest version that these programs know."""
    return next(text for name, text in to_dmn(found).items() if name.endswith(".v1_3.dmn"))


def by_node(xml: str, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    asked = json.dumps({"xml": xml, "cases": [{name: _plain(value) for name, value in case.items()} for case in cases]})
    assert NODE is not None
    done = subprocess.run(
        [NODE, "answer.mjs"], cwd=HERE, input=asked, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _plain(value: Any) -> Any:
    match value:
        case datetime.date():
            return {"date": value.isoformat()}
        case Decimal():
            return float(value)
        case _:
            return value


# ---------------------------------------------------------------- dmn-moddle and feelin


@every_policy
def test_it_is_read_without_a_warning_and_answered_alike(path: Path) -> None:
    _answers_alike(bundled(path), 20_000 if THOROUGH else 2_000)


def test_columns_of_every_kind_are_answered_alike() -> None:
    _answers_alike(compiled(MANY_SHAPES), 1_000)


def test_random_policies_are_answered_alike() -> None:
    @settings(max_examples=25)
    @given(policies())
    def law(policy: RandomPolicy) -> None:
        _answers_alike(compiled(policy.text), 30)

    law()


def _answers_alike(found: Compiled, count: int) -> None:
    tables = exported_once(found)
    cases = cases_to_try(found, count)
    told = by_node(file_for_tools(found), [facts_of_model(tables, case) for case in cases])
    assert told["warnings"] == []
    compared = 0
    for case, said in zip(cases, told["answers"], strict=True):
        for name, text in answers_expected(tables, case).items():
            compared += 1
            assert said[name] == text, (name, case)
    assert compared > 20 or count < 100


def test_the_programs_know_no_later_version_than_1_3() -> None:
    """If this fails, they have learnt DMN 1.5, and the second file may go."""
    xml = next(text for name, text in to_dmn(named("overview_81455")).items() if not name.endswith(".v1_3.dmn"))
    with pytest.raises(AssertionError, match="failed to parse document as <dmn:Definitions>"):
        by_node(xml, [])


# ---------------------------------------------------------------- dmn-js


PAGE = """<!doctype html><meta charset="utf-8"><title>dmn-js</title>
{styles}
<style>html, body, #here {{ height: 100%; margin: 0 }}</style>
<div id="here"></div>
<script src="{viewer}/dmn-navigated-viewer.development.js"></script>
"""
STYLES = ("diagram-js", "dmn-js-shared", "dmn-js-drd", "dmn-js-decision-table", "dmn-js-literal-expression")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    assets = (VIEWER / "assets").as_uri()
    sheets = [*STYLES, "dmn-font/css/dmn-embedded"]
    styles = "".join(f'<link rel="stylesheet" href="{assets}/{name}.css">' for name in sheets)
    file = tmp_path_factory.mktemp("dmn") / "page.html"
    file.write_text(PAGE.format(styles=styles, viewer=VIEWER.as_uri()), encoding="utf-8")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OFFLINE))
        opened = browser.new_page(viewport={"width": 1600, "height": 1000})
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(file.as_uri())
        opened.evaluate("window.viewer = new DmnJS({container: '#here'})")
        yield opened
        assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
        browser.close()


def _opened(page: Any, found: Compiled) -> list[dict[str, str]]:
    """Open the file of a policy, and give its views; nothing may be warned of."""
    told = page.evaluate(
        """async (xml) => {
            const {warnings} = await viewer.importXML(xml);
            const views = viewer.getViews().map(view => ({id: view.id, type: view.type, name: view.name}));
            return {warnings: warnings.map(warning => warning.message), views};
        }""",
        file_for_tools(found),
    )
    assert told["warnings"] == []
    views: list[dict[str, str]] = told["views"]
    return views


def _show(page: Any, view: Mapping[str, str]) -> list[str]:
    warnings: list[str] = page.evaluate(
        """async (id) => {
            const {warnings} = await viewer.open(viewer.getViews().find(view => view.id === id));
            const canvas = viewer.getActiveViewer().get('canvas', false);
            if (canvas && canvas.zoom) canvas.zoom('fit-viewport');
            return warnings.map(warning => warning.message);
        }""",
        view["id"],
    )
    if SCREENSHOTS:
        page.screenshot(path=str(Path(SCREENSHOTS) / f"dmn-js-{view['type']}-{view['id']}.png"))
    return warnings


def _overlaps(boxes: Sequence[Mapping[str, float]]) -> list[tuple[int, int]]:
    return [
        (one, other)
        for one, a in enumerate(boxes)
        for other, b in enumerate(boxes[:one])
        if a["x"] < b["x"] + b["width"] - 1
        and b["x"] < a["x"] + a["width"] - 1
        and a["y"] < b["y"] + b["height"] - 1
        and b["y"] < a["y"] + a["height"] - 1
    ]


@every_policy
def test_dmn_js_shows_every_table_and_the_graph(page: Any, path: Path) -> None:
    found = bundled(path)
    tables = {table.name: table for table in exported_once(found).tables}
    views = _opened(page, found)
    assert [view["type"] for view in views].count("drd") == 1
    shown = [view for view in views if view["type"] == "decisionTable"]
    assert {view["name"] for view in shown} == {name for name, table in tables.items() if table.columns}
    for view in shown:
        assert _show(page, view) == []
        table = tables[view["name"]]
        rows = page.locator(".tjs-container tbody tr")
        assert rows.count() == len(table.rows)
        assert page.locator(".tjs-container thead .input-cell").count() == len(table.columns)
        assert rows.first.locator("td.output-cell").inner_text().strip() == f'"{table.rows[0].answer}"'


def test_dmn_js_draws_the_graph_with_nothing_overlapping(page: Any) -> None:
    found = named("tumor_ngs")
    views = _opened(page, found)
    (drawn,) = [view for view in views if view["type"] == "drd"]
    assert _show(page, drawn) == []
    boxes = page.evaluate(
        """() => viewer.getActiveViewer().get('elementRegistry').filter(item => item.width && item.parent)
            .map(({id, x, y, width, height}) => ({id, x, y, width, height}))"""
    )
    tables = exported_once(found)
    assert len(boxes) > len(tables.tables) + 20
    assert not _overlaps(boxes)
    lines = page.evaluate("() => viewer.getActiveViewer().get('elementRegistry').filter(item => item.waypoints).length")
    assert lines > 100
    mark = page.locator("a.bjs-powered-by")
    assert mark.count() == 1
    assert mark.is_visible()
