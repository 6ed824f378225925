"""Charts to a page that opens in any browser: each picture with its text beside it, nothing else, no script, no request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from ruleproof.artifacts.chart import Chart
from ruleproof.artifacts.charts.described import described
from ruleproof.artifacts.to_dot import id_in_picture
from ruleproof.artifacts.to_svg import to_svg_beside_text

_SECTION = re.compile(r", section \d+ of \d+$")
_STYLE = """\
body { margin: 1.5rem auto; max-width: 75rem; padding: 0 1rem; font: 1rem/1.45 Helvetica, Arial, sans-serif;
  color: #1a1a1a; background: #fff }
figure { margin: 0 0 2rem }
.picture { overflow-x: auto }
svg { max-width: none; background: #fff }
li { overflow-wrap: anywhere }
ul { list-style: none; padding-left: 0 }
@media (prefers-color-scheme: dark) { body { color: #e8e8e8; background: #1b1b1b } }
@media print { figure { break-inside: avoid; break-after: page } svg { max-width: 100%; height: auto }
  details { display: none } }
"""


def to_html_page(charts: Sequence[Chart], seconds: float) -> str:
    """Give one page with these charts, in their order; `seconds` is the most that each may take to be drawn."""
    title = escape(_SECTION.sub("", charts[0].title))
    figures = "\n".join(_figure(chart, seconds) for chart in charts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{figures}
</main>
</body>
</html>
"""


def _figure(chart: Chart, seconds: float) -> str:
    text = id_in_picture(chart, "words")
    lines = "\n".join(f"<li>{escape(line)}</li>" for line in described(chart).split("\n"))
    picture = to_svg_beside_text(chart, text, seconds)
    return f"""<figure>
<div class="picture" tabindex="0" role="group" aria-label="{escape(chart.title)}">{picture}</div>
<details><summary>The chart as text</summary>
<ul id="{text}">
{lines}
</ul></details>
</figure>"""
