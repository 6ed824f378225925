"""The law of histories in SQL: each row of a table is judged by what came before it, as `decide_claim` judges its line."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from typing import Any

from naive_history import DOMAINS, POLICY
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.to_sql import to_sql
from ruleproof.compiled import Compiled
from ruleproof.model.nodes import HistoryTest
from ruleproof.runtime.load import LoadedPolicy
from sql_engines import Engine, kind_of
from sql_law import said_alike

DATED = POLICY.replace("input implanted", "input found are codes of icd10cm, may be missing\ninput implanted").replace(
    "limit AGAIN",
    "limit TWIN no CPT 81479 again with the same found, implanted on the same day else deny\nlimit AGAIN",
)
"""Every kind of limit that there is."""
MISSING = DATED.replace(
    "from 2020-01-01 to 2024-12-31\ninput found", "from 2020-01-01 to 2024-12-31, may be missing\ninput found"
)
"""The same where the date of service may be missing."""
EDGES = """policy edges
input service_date is date from 2020-01-01 to 2024-12-31
input design is one of profile, panel, single
define cgp as design is profile
limit MONTH_LONG at most 1 cgp per patient in any 30 days else deny
limit FORTNIGHT at least 14 days after an earlier cgp on the same patient else deny
limit SAME_DAY at most 1 cgp per patient on the same day else deny
limit MONTH at most 1 cgp per patient in a calendar month else deny
limit YEAR at most 1 cgp per patient in a calendar year else deny
limit LEAP at most 1 cgp per patient per year since 2020-02-29 else deny
"""
"""Limits that one earlier service reaches, so that a day too many or too few shows."""
UNDATED = """policy undated
input design is one of profile, panel, single
input size is whole number from 1 to 9
define cgp as design is profile
define small as design is panel and size is less than 5
limit ONE at most 1 cgp per specimen counting paid services else deny "one test per specimen"
limit CLOSED after a cgp no small on the same specimen else reject "closed"
limit AGAIN no cgp again with the same size else pend
"""
"""Without a date of service: the turn alone says what came before."""

DAYS = tuple(
    datetime.date.fromisoformat(day)
    for day in (
        "2022-12-31", "2023-01-01", "2023-02-27", "2023-02-28", "2023-03-01", "2023-05-16", "2023-05-17", "2023-06-01",
        "2023-06-02", "2023-06-14", "2023-06-15", "2023-06-30", "2024-02-28", "2024-02-29", "2024-03-01",
    )
)  # fmt: skip
EDGE_DAYS = tuple(
    datetime.date.fromisoformat(day)
    for day in ("2023-05-16", "2023-06-14", "2023-06-15", "2023-06-29", "2024-02-28", "2024-02-29", "2024-03-01")
)
"""Days 14, 29 and 30 apart, and around an anniversary, with nothing between them."""
CODES = (None, ("ICD A00",), ("ICD A00", "ICD B00"), ("ICD B00", "ICD A00"))

Row = dict[str, Any]


def tables(
    found: Compiled,
    patients: int,
    chance: random.Random,
    unknown: float = 0.0,
    days: Sequence[datetime.date] = DAYS,
) -> tuple[list[Row], list[Row]]:
    """Give lines of claims and earlier services of some patients; of these, so many facts are unknown."""
    claims: list[Row] = []
    history: list[Row] = []
    for number in range(patients):
        patient = f"P{number}"
        for claim in range(chance.randint(1, 3)):
            for _ in range(chance.randint(1, 3)):
                row = {"patient_id": patient, "claim_id": f"{patient}-{claim}", "turn": len(claims)}
                claims.append(row | _facts(found, chance, days))
        for _ in range(chance.randint(0, 4)):
            facts = _facts(found, chance, days) | {"paid": chance.choice((True, True, False))}
            for name in facts:
                if chance.random() < unknown:
                    facts[name] = None
            history.append({"patient_id": patient, **facts})
    # The order in which rows lie in a table says nothing.
    chance.shuffle(claims)
    return claims, history


def _facts(found: Compiled, chance: random.Random, days: Sequence[datetime.date]) -> Row:
    pools: Mapping[str, Sequence[Any]] = {**DOMAINS, "service_date": days, "found": CODES}
    facts = {}
    for item in found.policy.asked:
        pool = [value for value in pools[item.name] if value is not None]
        facts[item.name] = None if item.may_be_missing and chance.random() < 0.25 else chance.choice(pool)
    return facts | {key.field: chance.choice(DOMAINS.get(key.field, ("X", "Y", None))) for key in _keys(found)}


def _keys(found: Compiled) -> list[Any]:
    return [key for key in found.policy.keys if key.field != "patient_id"]


def judged(found: Compiled, claims: list[Row], history: list[Row], engine: Engine) -> list[Row]:
    """Give what a database says of the lines, by their turns."""
    inputs = {item.name: kind_of(item.domain) for item in found.policy.asked}
    keys = {key.field: "text" for key in found.policy.keys}
    engine.load("claims", {"turn": "number", "claim_id": "text", **keys, **inputs}, claims)
    engine.load("history", {**keys, **inputs, "paid": "boolean"}, history)
    stem = file_stem(found.policy.name)
    engine.run(to_sql(found, engine.ending)[f"{stem}.history.{engine.ending}.sql"])
    rows = engine.ask(f"SELECT * FROM {engine.view(f'{stem}_with_history', 'claims', 'history')}")
    assert len(rows) == len(claims)
    return rows


def agree(found: Compiled, claims: list[Row], history: list[Row], engine: Engine) -> dict[str, int]:
    """Compare every line; give how often each state of a limit came out."""
    loaded = LoadedPolicy(found)
    told = {row["turn"]: row for row in judged(found, claims, history, engine)}
    tests = [item.derived for item in found.policy.derived if isinstance(item.derived, HistoryTest)]
    dated = [item.name for item in found.policy.asked if item.name == "service_date"]
    blunt = {*dated, *(name for test in tests for name in test.same)}
    counts: dict[str, int] = {}
    for line in claims:
        mates = sorted(
            (row for row in claims if row["claim_id"] == line["claim_id"]),
            key=lambda row: row["turn"],
        )
        past = _past(found, line, claims, history)
        whole = loaded.decide_claim({"lines": [_told(found, row) for row in mates]}, past)
        answers = whole.lines[mates.index(line)]
        row = told[line["turn"]]
        assert row["refused"] is None
        if any(name not in item for item in past for name in blunt):
            # A service that cannot be placed may be any: SQL then says `not checked`, where the evaluator can say more.
            assert_no_bolder(answers, row)
        else:
            said_alike(answers, row)
        for item in answers.requirements.values():
            counts[item.state] = counts.get(item.state, 0) + 1
    return counts


def assert_no_bolder(answers: Any, row: Row) -> None:
    """Whatever SQL says of a limit is so, or it says that it is not checked."""
    findings, unchecked = _listed(row["findings"]), _listed(row["not_checked"])
    for name, item in answers.requirements.items():
        if name not in unchecked:
            assert (name in findings) == (item.state == "failed"), name
            assert item.state != "not checked", name


def _listed(told: str | None) -> list[str]:
    return told.split(", ") if told else []


def _past(found: Compiled, line: Row, claims: list[Row], history: list[Row]) -> list[Row]:
    """Give what came before a line, but for its own claim, as the evaluator reads it."""
    before = [row for row in claims if row["claim_id"] != line["claim_id"] and _before(row, line)]
    found_ones = [{**_told(found, row), "paid": True} for row in before if row["patient_id"] == line["patient_id"]]
    for row in history:
        if row["patient_id"] == line["patient_id"]:
            told = _told(found, row)
            found_ones.append(told if row["paid"] is None else {**told, "paid": row["paid"]})
    found_ones.sort(key=lambda row: row.get("service_date") or datetime.date.min)
    return [{"id": f"E{number}", **row} for number, row in enumerate(found_ones)]


def _before(row: Row, line: Row) -> bool:
    day, then = line.get("service_date"), row.get("service_date")
    return bool(row["turn"] < line["turn"] or (day and then and then < day))


def _told(found: Compiled, row: Row) -> Row:
    """Give a row as the evaluator reads it: a null is missing where that may be, else the fact is not told."""
    facts = {key.field: row[key.field] for key in _keys(found)} | {"patient_id": row["patient_id"]}
    for item in found.policy.asked:
        if row[item.name] is not None or item.may_be_missing:
            facts[item.name] = row[item.name]
    return facts
