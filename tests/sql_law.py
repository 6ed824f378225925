"""The law of SQL, for every database: it says of each row what `decide` says of it."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from typing import Any

import sql_large
from brute_force import compiled
from columns_of_claims import shuffled_cases
from ruleproof.artifacts.names import file_stem
from ruleproof.artifacts.sql.dialects import DIALECTS
from ruleproof.artifacts.sql.words import comment
from ruleproof.artifacts.to_sql import to_sql
from ruleproof.compiled import Compiled
from ruleproof.finding import Value
from ruleproof.resources import folder
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy
from sql_engines import Engine, kind_of
from sql_policies import long_claims, long_codes, long_policy

BUNDLED = (
    "tumor_ngs", "literal", "mrd", "ncd_90_2", "pgx", "code_facts", "plasma_cgp", "myeloid_ngs", "panel_definition",
)  # fmt: skip


def judged(found: Compiled, cases: Sequence[Mapping[str, Any]], engine: Engine) -> list[dict[str, Any]]:
    """Give what a database says of cases, in their order."""
    stem = file_stem(found.policy.name)
    columns = {"the row": "number", **{item.name: kind_of(item.domain) for item in found.policy.asked}}
    engine.load("claims", columns, [{"the row": number, **case} for number, case in enumerate(cases)])
    engine.run(to_sql(found, engine.ending)[f"{stem}.{engine.ending}.sql"])
    rows = engine.ask(f"SELECT * FROM {engine.view(stem, 'claims')}")
    assert len(rows) == len(cases)
    return sorted(rows, key=lambda row: row["the row"])


def agree(found: Compiled, cases: Sequence[Mapping[str, Any]], engine: Engine) -> int:
    """Compare every row; give how many were refused."""
    loaded, refused = LoadedPolicy(found), 0
    rows = judged(found, cases, engine)
    told_by_columns = [name for name in loaded.deciding(["the row"]).schema.names if not name.endswith(".needed")]
    assert list(rows[0])[-1 - len(told_by_columns) :] == [*told_by_columns, "refused"]
    assert len(rows[0]) == 2 + len(found.policy.asked) + len(told_by_columns)
    for case, told in zip(cases, rows, strict=True):
        try:
            answers = loaded.decide(case)
        except InputError as error:
            first = f"`{error.input}` is not " if not error.cannot_happen else "these facts cannot happen together"
            assert told["refused"] is not None, error.message  # noqa: PT017
            assert told["refused"].startswith(first), error.message  # noqa: PT017
            assert not any(told[name] for name in (*(f"{item.name}.kind" for item in found.decisions),))
            refused += 1
            continue
        assert told["refused"] is None
        said_alike(answers, told)
    return refused


def said_alike(answers: Any, told: Mapping[str, Any]) -> None:
    """Compare the answers of one line with the columns of a row."""
    for name, answer in answers.answers.items():
        said = (told[f"{name}.kind"], told[name], told[f"{name}.force"])
        assert said == (answer.kind, ", ".join(answer.outcomes) or None, answer.force or None)
        assert told[f"{name}.rules"] == (", ".join(answer.rules) or None)
        for word in ("further", "barred"):
            assert told.get(f"{name}.{word}") == (", ".join(getattr(answer, word)) or None)
    if answers.requirements:
        assert told["findings"] == (", ".join(item.name for item in answers.findings) or None)
        unchecked = [name for name, item in answers.requirements.items() if item.state == "not checked"]
        assert told["not_checked"] == (", ".join(unchecked) or None)
        consequence = answers.consequence
        assert told["consequence"] == (consequence and (consequence.action or "not stated"))


def bundled(name: str) -> Compiled:
    subject = name if name != "literal" else "tumor_ngs"
    return compiled((folder("policies") / subject / f"{name}.policy").read_text("utf-8"))


def bundled_cases(found: Compiled, count: int, seed: int) -> list[dict[str, Value]]:
    """Give cases of every cell at random, half of them on one day that most texts speak of."""
    chance = random.Random(seed)
    samples: dict[str, tuple[Value, ...]] = {item.name: found.space.samples()[item.name] for item in found.policy.asked}
    cases = shuffled_cases(samples, {}, count, chance)
    for case in cases[::2]:
        if "service_date" in case:
            case["service_date"] = datetime.date(2024, 6, 3)
    return cases


def texts_come_back(engine: Engine, texts: Sequence[str]) -> None:
    """Ask for each text as the dialect writes it."""
    dialect = next(item for item in DIALECTS if item.ending == engine.ending)
    for text in texts:
        written = dialect.text(text)
        assert "\n" not in written
        (row,) = engine.ask(f"SELECT {written} AS told -- {comment(text).removeprefix('-- ')}\n")
        assert row["told"] == text
        (row,) = engine.ask(f"{comment(text)}\nSELECT {written} IN ({dialect.texts([text, 'other'])}) AS told")
        assert row["told"] is True


def listed_codes_are_looked_up(engine: Engine) -> None:
    """Judge claims by lists of many codes, which stand in a table, and ask the table of the lists itself."""
    found = compiled(long_policy(1_000))
    cases = long_claims(1_000, 600, random.Random(3))
    assert 0 < agree(found, cases, engine) < 100
    files = to_sql(found, engine.ending)
    assert "ICD A00.07" not in files[f"long.{engine.ending}.sql"].partition("ruleproof_checked")[2]
    engine.run(files[f"long.lists.{engine.ending}.sql"])
    day = datetime.date(2016, 6, 1)
    rows = engine.ask("SELECT * FROM long_lists")
    held = {
        row["code"] for row in rows if row["list"] == "covered" and row["held"] == "yes" and row["services_from"] <= day
    }
    ledger = next(item for item in found.policy.code_lists if item.name == "covered").ledger
    assert held == {code for code in long_codes(1_000) if ledger.contains(code, day)[0] == "yes"}


def large_tables_are_looked_up(engine: Engine, rules: int, rows: int) -> None:
    """Judge claims by a table of many rules over ten inputs, each claim as the part that it lies in says."""
    chance = random.Random(rules)
    parts = sql_large.parts(rules, 10, chance)
    found = compiled(sql_large.policy_of(parts))
    cases = [{f"amount_{n}": chance.randint(0, sql_large.LARGEST) for n in range(10)} for _ in range(rows)]
    told = judged(found, cases, engine)
    assert "_steps" in to_sql(found, engine.ending)[f"large.{engine.ending}.sql"]
    for case, row in zip(cases, told, strict=True):
        (number,) = (
            number
            for number, (part, _) in enumerate(parts)
            if all(low <= case[f"amount_{n}"] <= high for n, (low, high) in enumerate(part))
        )
        assert (row["d"], row["d.rules"], row["refused"]) == (f"o{parts[number][1]}", f"R{number}", None)
