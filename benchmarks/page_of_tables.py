"""Figures of decision tables as the page `docs/performance-tables.md` and its picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

from plot import Line, Plot, svg

Row = dict[str, Any]
PUBLISHED = (
    ("7 columns, 1,496 rules: overlaps, then gaps", "13.4 + 18.3", "7 x 1,496"),
    ("15 columns, 1,514 rules: overlaps, then gaps", "196 + 705", "15 x 1,514"),
)
"""Times in seconds that were published for tables of these shapes, on other machines, and which of ours are beside them."""


MERGE_HEADING = "## Fewer rules for the same meaning"
MERGE_FORMS = (("unique", "under UNIQUE"), ("first", "with `--to FIRST`"))
"""The forms into which tables are simplified: their names in the figures, and what they are called."""


@dataclass(frozen=True)
class Measured:
    """All figures of one run."""

    own: Sequence[Row]
    large: Sequence[Row]
    more_rules: Sequence[Row]
    more_columns: Sequence[Row]
    merge: Sequence[Row]
    hard: Sequence[Row]
    certificates: Sequence[Row]
    others: Sequence[Row] = field(default=())


def proved_in(row: Row) -> float:
    """Give the seconds for the gaps and the pairs of rules that overlap, from the table as read."""
    times = row["seconds"]
    return float(times["space"] + times["gaps"] + times["pairs"])


def everything_in(row: Row) -> float:
    return float(sum(row["seconds"].values()))


def seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


# ---------------------------------------------------------------- tables


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def as_table(rows: Sequence[Row]) -> str:
    head = [
        "table",
        "changed rules",
        "gap regions",
        "pairs",
        "sets",
        "read, s",
        "gaps + pairs, s",
        "sets, s",
        "everything, s",
        "MB",
    ]
    return _table(
        head,
        [
            [
                row["name"],
                f"{row['changed']:,}" if row["changed"] else "",
                *(f"{row[key]:,}" for key in ("gaps", "pairs", "sets")),
                seconds(row["seconds"]["read"]),
                seconds(proved_in(row)),
                seconds(row["seconds"]["sets"]),
                seconds(everything_in(row)),
                f"{row['megabytes']:.0f}",
            ]
            for row in rows
        ],
    )


def growth(rows: Sequence[Row], by: str) -> str:
    """Say by how much the work grows from each table to the next."""
    found: list[list[str]] = []
    before: Row | None = None
    for row in rows:
        times = [f"{how(row) / how(before):.1f}" if before else "" for how in (proved_in, everything_in)]
        found.append(
            [
                f"{row[by]:,}",
                seconds(proved_in(row)),
                times[0],
                seconds(everything_in(row)),
                times[1],
                f"{row['megabytes']:.0f}",
            ]
        )
        before = row
    return _table([by, "gaps + pairs, s", "times as long", "everything, s", "times as long", "MB"], found)


def exponent(rows: Sequence[Row], by: str, how: Callable[[Row], float]) -> float:
    """Give the exponent that fits best: the slope of the straight line through the logarithms."""
    xs, ys = [log(row[by]) for row in rows], [log(how(row)) for row in rows]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((one - x) * (two - y) for one, two in zip(xs, ys, strict=True)) / sum((one - x) ** 2 for one in xs)


def picture(found: Measured) -> str:
    plots = [
        Plot(
            title,
            by,
            [
                Line("everything", [(row[by], everything_in(row)) for row in rows]),
                Line("gaps + pairs", [(row[by], proved_in(row)) for row in rows]),
            ],
        )
        for title, by, rows in (
            ("10 columns, more and more rules", "rules", found.more_rules),
            ("1,000 rules, more and more columns", "columns", found.more_columns),
        )
    ]
    return svg(plots)


# ---------------------------------------------------------------- aims


def aims(found: Measured) -> str:
    """Say of each aim what was measured."""
    own = {row["name"]: row for row in found.own}
    worst = {
        shape: max(proved_in(row) for name, row in own.items() if name.startswith(shape)) for shape in ("7 x", "15 x")
    }
    disturbed = max(everything_in(row) for name, row in own.items() if "both" in name)
    biggest, proof = max(map(everything_in, found.large)), max(map(proved_in, found.large))
    memory = max(row["megabytes"] for row in found.large)
    share = max(row["gaps"] / row["changed"] for name, row in own.items() if "narrowed" in name)
    lines = [
        ("7 columns, 1,496 rules: gaps and pairs together", "1 s", f"{seconds(worst['7 x'])} s", worst["7 x"] < 1),
        ("15 columns, 1,514 rules: gaps and pairs together", "2 s", f"{seconds(worst['15 x'])} s", worst["15 x"] < 2),
        ("15 % of the rules widened or narrowed: everything", "10 s", f"{seconds(disturbed)} s", disturbed < 10),
        ("20 columns, 10,000 rules: gaps and pairs together", "30 s", f"{seconds(proof)} s", proof < 30),
        ("20 columns, 10,000 rules: everything", "30 s", f"{seconds(biggest)} s", biggest < 30),
        ("20 columns, 10,000 rules: memory", "2,000 MB", f"{memory:,.0f} MB", memory < 2000),
        ("gap regions for each rule that was narrowed", "2", f"{share:.2f}", share <= 2),
        *_aims_of_merge(found.merge),
    ]
    return _table(["aim", "at most", "measured, the worst of ours", "met"], list(map(_aim_cells, lines)))


Aim = tuple[str, str, str, bool]
"""What is aimed at, at most how much, what was measured, and whether that meets it."""


def _aim_cells(aim: Aim) -> list[str]:
    what, most, value, met = aim
    return [what, most, value, "yes" if met else "no"]


def _aims_of_merge(rows: Sequence[Row]) -> list[Aim]:
    found: list[Aim] = []
    for form, called in MERGE_FORMS:
        left = max(row[form]["after"] / row["made_of"] for row in rows)
        slowest = max(row[form]["seconds"] for row in rows)
        found += [
            (f"rules after simplifying, {called}, for each of the 100 made of", "1.2", f"{left:.2f}", left <= 1.2),
            (f"seconds for simplifying, {called}", "2 s", f"{seconds(slowest)} s", slowest < 2),
        ]
    return found


def fewer_rules(rows: Sequence[Row]) -> str:
    """Give the section on `ruleproof simplify`."""
    head = ["table", "rules made of", "rules", "left under UNIQUE", "seconds", "left under FIRST", "seconds"]
    cells = [
        [row["name"], f"{row['made_of']:,}", f"{row['before']:,}"]
        + [text for form, _ in MERGE_FORMS for text in (f"{row[form]['after']:,}", seconds(row[form]["seconds"]))]
        for row in rows
    ]
    return f"""{MERGE_HEADING}

Tables of seven columns made from a hundred rules: ten of them are widened in one, two or three columns, and what they now cover is cut out of the others.
`ruleproof simplify` looks for a table with as few rules that means the same; it is not told which rules there were.
Under UNIQUE no two rules may overlap; how few would do is not known, and what is left of a rule after the cut is often no single rule any more, so that a hundred cannot always be reached.
With `--to FIRST` the first rule that holds wins, so their order counts: a hundred do by the way the tables are made, and fewer where a rule that stands late may hold many cases at once.
Seconds are those of the search alone, without reading, the proof that the result means the same, and writing.

{_table(head, cells)}
"""


def with_fewer_rules(text: str, rows: Sequence[Row]) -> str:
    """Give the page with the figures of `ruleproof simplify` replaced; all others stay."""
    start = text.index(MERGE_HEADING)
    end = text.index("\n## ", start) + 1
    lines = (text[:start] + fewer_rules(rows) + "\n" + text[end:]).split("\n")
    old = [
        number for number, line in enumerate(lines) if line.startswith(("| rules after simpl", "| seconds for simpl"))
    ]
    lines[old[0] : old[-1] + 1] = ["| " + " | ".join(_aim_cells(aim)) + " |" for aim in _aims_of_merge(rows)]
    return "\n".join(lines)


def beside_published(found: Measured) -> str:
    rows = []
    for what, published, shape in PUBLISHED:
        own = [row for row in found.own if row["name"].startswith(shape) and "10%" in row["name"]]
        widened, narrowed = own
        ours = f"{seconds(proved_in(widened))}, {seconds(proved_in(narrowed))}"
        rows.append([what, published, ours, f"{seconds(widened['seconds']['sets'])}"])
    own = {row["name"]: everything_in(row) for row in found.own if "both" in row["name"]}
    rows.append(
        [
            "15 % of the rules disturbed, 15 columns",
            "774; more than an hour with another method",
            seconds(max(own.values())),
            "",
        ]
    )
    return _table(
        ["table", "published, s", "ours, gaps + pairs (widened, narrowed) or everything, s", "ours, sets, s"], rows
    )


def of_hard(rows: Sequence[Row]) -> str:
    def verdict(found: bool | None) -> str:
        return "not decided" if found is None else "proved" if found else "refuted"

    return _table(
        [
            "table",
            "every case answered",
            "no contradiction",
            "gap regions found",
            "sets found",
            "given up",
            "everything, s",
            "MB",
        ],
        [
            [
                row["name"],
                verdict(row["complete"]),
                verdict(row["consistent"]),
                f"{row['gaps']:,}",
                f"{row['sets']:,}",
                "; ".join(f"{what}: {why}" for what, why in row["stopped"].items()) or "nothing",
                seconds(everything_in(row)),
                f"{row['megabytes']:.0f}",
            ]
            for row in rows
        ],
    )


def of_certificates(rows: Sequence[Row]) -> str:
    return _table(
        ["table", "regions", "MB", "make, s", "verify, s"],
        [
            [
                row["name"],
                f"{row['regions']:,}",
                f"{row['megabytes']:.1f}",
                seconds(row["make"]),
                seconds(row["verify"]),
            ]
            for row in rows
        ],
    )


# ---------------------------------------------------------------- the page


def page(machine: str, found: Measured) -> str:
    by_rules, by_columns = (
        [f"{exponent(rows, by, how):.2f}" for how in (proved_in, everything_in)]
        for rows, by in ((found.more_rules, "rules"), (found.more_columns, "columns"))
    )
    others = f"\n## Further tables\n\nRun once each.\n\n{as_table(found.others)}\n" if found.others else ""
    return f"""# Performance of decision tables

This page is written by `make bench` (`benchmarks/tables.py`); nothing on it is entered by hand.
Measured with {machine}.
All seconds are seconds of one processor, so that other work on the same machine counts little; it still counts some, so look at ratios within this page rather than at single figures.

The tables are made from a seed: the whole is cut in two again and again at random until there are as many parts as rules, then a share of the rules is widened (overlaps) or narrowed (gaps) in one column by 2 % of its range on each side, or by one value.
Every third column holds named values, the others numbers from 0 to 100,000.

*Gaps + pairs* is the proof itself, from the table as read: where no rule matches, and which pairs of rules match together.
*Sets* adds for each set of rules the exact regions where just these match, and *everything* reading, sets, rules without effect, and all findings with their examples and repairs.

## Aims

{aims(found)}

## Tables of published shapes

The middle one of three runs.

{as_table(found.own)}

## Beside published figures

The figures of others were published with tables of these shapes, but not these tables, and on other machines; they say which order of size was usual, not by what factor one program is faster.

{beside_published(found)}

## How the work grows

![seconds by rules and by columns, with logarithmic axes](pictures/growth-of-tables.svg)

Ten columns, a tenth of the rules narrowed: seconds grow with the number of rules to the power of {by_rules[0]} (gaps + pairs) and {by_rules[1]} (everything); 1 would be in proportion, and n log n looks like about 1.1 here.

{growth(found.more_rules, "rules")}

A thousand rules, a tenth of them narrowed: with the number of columns to the power of {by_columns[0]} (gaps + pairs) and {by_columns[1]} (everything).

{growth(found.more_columns, "columns")}

## Large tables

Run once each.

{as_table(found.large)}

## Where it explodes

Whether rules cover all cases is a hard problem for every method known: a table can say any formula in its rules.
The search stays small as long as a cut leaves most rules on one side, as in tables that people write, where rules part the cases by the same few inputs.
It explodes where every rule straddles every cut.
Tables of rules with three random tests each cut nothing in half, and where each rule tests a column of its own, any set of rules matches together somewhere: with n rules there are two to the power of n sets.
Such a search is stopped, after the time given by `--time-limit` (here {found.hard[0]["limit"]:.0f} s) or when it has looked at too many parts or found too many regions.
What was found until then is exact and is reported, a question that is left open is `not decided`, with a warning that says which search was given up and why, and everything else stays proved.

{of_hard(found.hard)}

{fewer_rules(found.merge)}
## Certificates

Making the certificate of a table (`build`) and checking it again with the second program (`verify`), once each.

{of_certificates(found.certificates)}
{others}"""
