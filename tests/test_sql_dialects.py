"""Every dialect can be read as what it claims to be, names and texts stay what they are, and long lists are tables."""

from __future__ import annotations

import datetime
import random

import pytest

from brute_force import compiled
from ruleproof.artifacts import to_sql as to_sql_module
from ruleproof.artifacts.sql import answers, lists
from ruleproof.artifacts.sql.dialects import DIALECTS, PostgreSQL
from ruleproof.artifacts.sql.words import NotInSqlError, comment
from ruleproof.artifacts.to_sql import to_sql
from ruleproof.compiled import Compiled
from sql_engines import statements_of
from sql_histories import DATED
from sql_law import bundled
from sql_policies import SMALL, STRANGE_TEXTS, strange_policy

ENDINGS = [dialect.ending for dialect in DIALECTS]
_CALLED = {"postgresql": "postgres"}


def _read(files: dict[str, str], ending: str) -> int:
    """Read every statement of a dialect; give how many there are."""
    sqlglot = pytest.importorskip("sqlglot", reason="sqlglot is not installed")
    read = 0
    for name, text in files.items():
        assert name.endswith(f".{ending}.sql")
        assert "There are no statements" not in text, name
        statements = statements_of(text)
        for statement in statements:
            (tree,) = sqlglot.parse(statement, read=_CALLED.get(ending, ending))
            assert type(tree).__name__ in ("Create", "Insert", "Delete", "Analyze"), statement[:200]
        read += len(statements)
        assert statements or "_lists" not in name
    return read


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", ["tumor_ngs", "mrd", "code_facts", "pgx"])
def test_sqlglot_reads_the_statements(ending: str, name: str) -> None:
    assert _read(to_sql(bundled(name), ending), ending) >= 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_sqlglot_reads_look_ups_and_tables(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(to_sql_module, "MOST_CASES", 0)
    monkeypatch.setattr(lists, "MOST_CODES", 0)
    monkeypatch.setattr(answers, "MOST_WORDS", 2)
    told = ""
    for found in (bundled("code_facts"), compiled(SMALL), compiled(DATED)):
        files = to_sql(found, ending)
        assert _read(files, ending) > 1
        told += "".join(files.values()).lower()
    assert all(
        f"{found}_{table}" in told for found in ("code_facts", "limits_with_history") for table in ("steps", "words")
    )
    assert "limits_codes" in told


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if ending != "bigquery"])
def test_sqlglot_finds_strange_names_and_texts_where_they_belong(ending: str) -> None:
    sqlglot = pytest.importorskip("sqlglot", reason="sqlglot is not installed")
    dialect = next(item for item in DIALECTS if item.ending == ending)
    assert _read(to_sql(compiled(strange_policy()), ending), ending) >= 1
    for text in STRANGE_TEXTS:
        written = dialect.text(text)
        if not text.isprintable() or "\\u" in written:
            continue  # letters told by their numbers: the servers themselves are asked for these
        (told,) = sqlglot.parse_one(f"SELECT {written}", read=_CALLED.get(ending, ending)).expressions
        assert told.name == text


def test_no_text_breaks_a_line_or_a_comment() -> None:
    for text in STRANGE_TEXTS:
        for dialect in DIALECTS:
            assert dialect.text(text).isprintable() or not text.isprintable()
            assert len(dialect.text(text).splitlines()) == 1
        line = comment(text)
        assert len(line.splitlines()) == 1
        assert "${" not in line
        assert not line.endswith("\\")


def test_a_name_that_a_database_cannot_keep_is_named() -> None:
    long = f"`{'größe ' * 11}x`"
    files = to_sql(compiled(SMALL.replace("input genes", f"input {long} is yes or no\ninput genes")))
    assert "There are no statements: PostgreSQL keeps 63 bytes of a name" in files["panels.postgresql.sql"]
    assert "There are no statements: columns of BigQuery" in files["panels.bigquery.sql"]
    assert "CREATE OR REPLACE MACRO" in files["panels.duckdb.sql"]
    variable = to_sql(compiled(SMALL.replace("genes", "`${HOME}`")), "spark")
    assert "There are no statements: Spark puts a variable for" in variable["panels.spark.sql"]
    with pytest.raises(NotInSqlError):
        DIALECTS[0].text("a\0b")
    assert len(PostgreSQL().fitted("x" * 80)) <= 65


def test_columns_that_say_which_service_a_row_is_are_no_inputs() -> None:
    files = to_sql(compiled(DATED.replace("input implanted", "input turn is yes or no\ninput implanted")), "duckdb")
    assert "`turn` says something else of a row" in files["limits.history.duckdb.sql"]
    assert "CREATE OR REPLACE MACRO" in files["limits.duckdb.sql"]


# ---------------------------------------------------------------- ledgers


@pytest.mark.parametrize("name", ["tumor_ngs", "mrd", "code_facts", "literal"])
def test_intervals_say_what_the_ledger_says(name: str) -> None:
    """Each code of each list, on both sides of every day that matters, as posted on both sides of every posting."""
    found = bundled(name)
    chance = random.Random(5)
    tried = 0
    for item in found.policy.code_lists:
        for code in (*chance.sample(item.codes, min(len(item.codes), 12)), "not in it"):
            tried += _agree_on(found, item.name, code)
    assert tried > 20


def _agree_on(found: Compiled, name: str, code: str) -> int:
    item = next(item for item in found.policy.code_lists if item.name == name)
    ledger, named = item.ledger, item.ledger.class_of
    told = list(lists.intervals(ledger, named.get(code, ledger.everyones), ledger.start(code)))
    days = {day for event in ledger.events for day in (event.first, event.last, event.posted) if day}
    days |= {datetime.date(2020, 1, 1)}
    around = sorted({day + datetime.timedelta(days=step) for day in days for step in (-1, 0, 1)})
    tried = 0
    for service in around:
        for posted in (*around, None):
            state, _ = ledger.contains(code, service, posted)
            on = posted or datetime.date.max
            held = [
                held
                for held, first, last, posted_first, posted_last in told
                if (first is None or first <= service <= (last or datetime.date.max))
                and (last is None or service <= last)
                and (posted_first is None or posted_first <= on)
                and (posted_last is None or on <= posted_last)
            ]
            assert held == ([] if state == "no" else [state]), (code, service, posted)
            tried += 1
    return tried
