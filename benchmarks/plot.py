"""Figures as small pictures with logarithmic axes, written as SVG by hand, so that nothing has to be installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 380, 260, 52, 34, 44
COLOURS = ("#1b6ca8", "#b3541e")


@dataclass(frozen=True)
class Line:
    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    title: str
    across: str
    lines: Sequence[Line]
    unit: str = "s"


def svg(plots: Sequence[Plot]) -> str:
    """Draw plots side by side."""
    whole = WIDTH * len(plots)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" viewBox="0 0 {whole} {HEIGHT}">',
        '<g font-family="sans-serif" font-size="11" fill="#222222">',
        f'<rect width="{whole}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for index, plot in enumerate(plots):
        parts += [f'<g transform="translate({index * WIDTH} 0)">', *_plot(plot), "</g>"]
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _plot(plot: Plot) -> list[str]:
    xs = [x for line in plot.lines for x, _ in line.points]
    ys = [y for line in plot.lines for _, y in line.points]
    low_x, high_x = log10(min(xs)), log10(max(xs))
    low_y, high_y = floor(log10(min(ys))), -floor(-log10(max(ys)))
    right, bottom = WIDTH - 28, HEIGHT - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (log10(x) - low_x) / (high_x - low_x) * (right - LEFT)
        return round(across, 1), round(bottom - (log10(y) - low_y) / (high_y - low_y) * (bottom - TOP), 1)

    found = [f'<text x="{LEFT}" y="16" font-weight="bold">{escape(plot.title)}</text>']
    for power in range(low_y, high_y + 1):
        _, y = at(min(xs), 10.0**power)
        label = f"{10.0**power:,g} {plot.unit}"
        found.append(f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#dddddd"/>')
        found.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{label}</text>')
    for x in sorted(set(xs)):
        place, _ = at(x, 10.0**low_y)
        found.append(f'<text x="{place}" y="{bottom + 16}" text-anchor="middle">{x:,.0f}</text>')
    found.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(plot.across)}</text>')
    for line, colour in zip(plot.lines, COLOURS, strict=False):
        places = [at(x, y) for x, y in line.points]
        path = " ".join(f"{x},{y}" for x, y in places)
        found.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        found += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        found.append(f'<text x="{x}" y="{y - 8}" text-anchor="end" fill="{colour}">{escape(line.name)}</text>')
    return found


# ---------------------------------------------------------------- bars

BAR, WORDS, LONGEST = 20, 300, 420


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    ours: bool = False


def bars(title: str, drawn: Sequence[Bar], unit: str) -> str:
    """Draw bars below each other, as long as the logarithms of their values; ours have the other colour."""
    width, height = WORDS + LONGEST + 90, TOP + BAR * len(drawn) + 42
    bottom = TOP + BAR * len(drawn)
    low = floor(log10(min(bar.value for bar in drawn)))
    high = log10(max(bar.value for bar in drawn))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        '<g font-family="sans-serif" font-size="11" fill="#222222">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="18" font-weight="bold">{escape(title)}</text>',
    ]
    for power in range(low, floor(high) + 1):
        x = round(WORDS + (power - low) / max(high - low, 1e-9) * LONGEST, 1)
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{bottom + 14}" text-anchor="middle">{10.0**power:,g}{escape(unit)}</text>')
    parts.append(f'<text x="{WORDS}" y="{bottom + 32}">logarithmic: each line is ten times the one before</text>')
    for number, bar in enumerate(drawn):
        y = TOP + BAR * number
        length = round((log10(bar.value) - low) / max(high - low, 1e-9) * LONGEST, 1)
        name = escape(bar.name.replace("`", ""))
        value = f"{bar.value:,.0f}" if bar.value >= 100 else f"{bar.value:.3g}"
        parts += [
            f'<text x="{WORDS - 8}" y="{y + 12}" text-anchor="end">{name}</text>',
            f'<rect x="{WORDS}" y="{y + 2}" width="{length}" height="{BAR - 6}" fill="{COLOURS[bar.ours]}"/>',
            f'<text x="{WORDS + length + 6}" y="{y + 12}">{value}{escape(unit)}</text>',
        ]
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"
