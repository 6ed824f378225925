"""Files with many claims: every row is judged as `decide` judges it or is rejected with the reason, and the counts add up."""

from __future__ import annotations

import csv
import datetime
import json
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from brute_force import compiled
from ruleproof.cli import main
from ruleproof.runtime.kernel.values import InputError
from ruleproof.runtime.load import LoadedPolicy

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq

from columns_of_claims import shuffled_cases
from ruleproof.cli.claim_files import from_json_lines, from_parquet, stretches
from test_columns import SMALL

ANSWERS = ("code", "code.kind", "code.force", "code.rules", "findings", "not_checked", "consequence")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panels.policy").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["eval", "panels.policy", *arguments])
    return done.exit_code, done.output


def cases(count: int) -> list[dict[str, Any]]:
    """Give claims with values in and out of their domains."""
    found = compiled(SMALL)
    others: dict[str, tuple[Any, ...]] = {
        "genes": (0, 501, 4), "share": (Decimal("0.555"), Decimal("2")), "tag": ("Z12", "Z1234"), "tissue": ("nowhere",),
        "service_date": (datetime.date(2020, 1, 1),), "diagnoses": (("C34.1",), ("ICD C34.1", "ICD Z00.0")),
    }  # fmt: skip
    chance = random.Random(21)
    listed = [dict(case) for case in shuffled_cases(found.space.samples(), {}, count, chance)]
    for case in listed:
        for name, pool in others.items():
            if chance.random() < 0.08:
                case[name] = chance.choice(pool)
    return listed


def expected(rows: list[dict[str, Any]]) -> tuple[dict[int, dict[str, Any]], dict[int, str]]:
    """Give the answers, and the inputs that are refused, by the numbers of the rows."""
    loaded = LoadedPolicy(compiled(SMALL))
    answers: dict[int, dict[str, Any]] = {}
    reasons: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        try:
            judged = loaded.decide(row)
        except InputError as error:
            reasons[number] = error.input
            continue
        code = judged.code
        open_ones = [name for name, item in judged.requirements.items() if item.state == "not checked"]
        told = (
            code.outcome,
            code.kind,
            code.force,
            ", ".join(code.rules),
            ", ".join(item.name for item in judged.findings),
        )
        consequence = judged.consequence and (judged.consequence.action or "not stated")
        answers[number] = dict(zip(ANSWERS, (*told, ", ".join(open_ones), consequence), strict=True))
    return answers, reasons


def _csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "claim"])
        writer.writeheader()
        for number, row in enumerate(rows, 1):
            writer.writerow({name: _field(value) for name, value in row.items()} | {"claim": f"c{number}"})


def _field(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    return "" if value is None else str(value)


def _ndjson(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = []
    for row in rows:
        numbers = {name: float(value) if isinstance(value, Decimal) else value for name, value in row.items()}
        lines.append(json.dumps(numbers, default=lambda value: value.isoformat()))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    kinds: Mapping[str, pa.DataType] = {"share": pa.decimal128(9, 3), "diagnoses": pa.list_(pa.string())}
    columns = {
        name: pa.array(
            [list(row[name]) if isinstance(row[name], tuple) else row[name] for row in rows], kinds.get(name)
        )
        for name in rows[0]
    }
    pq.write_table(pa.table(columns), path, row_group_size=50)


@pytest.mark.parametrize(("ending", "write"), [(".csv", _csv), (".ndjson", _ndjson), (".parquet", _parquet)])
def test_every_row_is_judged_as_decide_does_or_rejected(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ending: str, write: Callable[[Path, list[dict[str, Any]]], None]
) -> None:
    monkeypatch.setattr(from_parquet, "ROWS_OF_A_BATCH", 64)
    monkeypatch.setattr(from_json_lines, "LINES_OF_A_BATCH", 64)
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 4096)
    rows = cases(400)
    write(folder / f"claims{ending}", rows)
    status, said = run(f"claims{ending}", "-o", "out.ndjson", "--rejects", "bad.ndjson")
    answers, reasons = expected(rows)
    assert status == 1
    assert f"400 rows: {len(answers)} judged, {len(reasons)} rejected" in said
    told = [json.loads(line) for line in (folder / "out.ndjson").read_text("utf-8").splitlines()]
    assert [item["row"] for item in told] == list(answers)
    for item in told:
        assert {name: item[name] or "" for name in ANSWERS} == {
            name: value or "" for name, value in answers[item["row"]].items()
        }
        assert item.get("claim", f"c{item['row']}") == f"c{item['row']}"
    rejected = [json.loads(line) for line in (folder / "bad.ndjson").read_text("utf-8").splitlines()]
    assert [item["row"] for item in rejected] == list(reasons)
    assert [item["input"] for item in rejected] == list(reasons.values())


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".ndjson"])
def test_answers_can_be_written_in_each_form(folder: Path, ending: str) -> None:
    _csv(folder / "claims.csv", cases(50))
    run("claims.csv", "-o", "a.ndjson")
    told = [json.loads(line) for line in (folder / "a.ndjson").read_text("utf-8").splitlines()]
    run("claims.csv", "-o", f"b{ending}")
    if ending == ".parquet":
        again = pq.read_table(folder / "b.parquet").to_pylist()
    elif ending == ".csv":
        with (folder / "b.csv").open(encoding="utf-8", newline="") as stream:
            again = [{**row, "row": int(row["row"])} for row in csv.DictReader(stream)]
    else:
        again = [json.loads(line) for line in (folder / "b.ndjson").read_text("utf-8").splitlines()]
    assert [{name: value or "" for name, value in row.items()} for row in again] == [
        {name: value or "" for name, value in row.items()} for row in told
    ]


def test_rows_that_are_none_are_rejected_by_their_numbers(folder: Path) -> None:
    text = "genes,tissue,tag\n40,marrow,\n40\n60,marrow,,x\n\n60,marrow,Z1234\n"
    (folder / "claims.csv").write_text(text, encoding="utf-8")
    status, said = run("claims.csv", "-o", "out.csv")
    assert (status, "4 rows: 2 judged, 2 rejected" in said) == (1, True)
    with (folder / "out.rejects.csv").open(encoding="utf-8", newline="") as stream:
        rejects = [(row["row"], row["reason"]) for row in csv.DictReader(stream)]
    assert rejects == [("2", "the row has 1 fields and the header 3"), ("3", "the row has 4 fields and the header 3")]
    with (folder / "out.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["row"] for row in csv.DictReader(stream)] == ["1", "4"]


def test_a_line_of_json_tells_what_it_tells(folder: Path) -> None:
    lines = [
        '{"genes": 40}',
        '{"genes": 40, "tag": null}',
        "[]",
        "{",
        '{"gene": 1}',
        '{"genes": 1.0}',
        '{"genes": true}',
    ]
    (folder / "claims.ndjson").write_text("\n".join(lines), encoding="utf-8")
    status, said = run("claims.ndjson", "-o", "out.ndjson", "--rejects", "bad.ndjson")
    assert (status, "7 rows: 2 judged, 5 rejected" in said) == (1, True)
    told = [json.loads(line) for line in (folder / "out.ndjson").read_text("utf-8").splitlines()]
    assert [(item["findings"], item["not_checked"]) for item in told] == [(None, "T1, T2"), ("T1", "T2")]


def test_what_was_there_stays_where_a_file_is_cut_short(folder: Path) -> None:
    _parquet(folder / "whole.parquet", cases(200))
    (folder / "cut.parquet").write_bytes((folder / "whole.parquet").read_bytes()[:600])
    (folder / "out.csv").write_text("before", encoding="utf-8")
    names = {path.name for path in folder.iterdir()}
    status, said = run("cut.parquet", "-o", "out.csv")
    assert (status, "cut.parquet: the claims cannot be read: " in said) == (2, True)
    assert (folder / "out.csv").read_text("utf-8") == "before"
    assert {path.name for path in folder.iterdir()} == names


def test_rows_of_a_damaged_row_group_are_rejected_and_the_others_judged(folder: Path) -> None:
    _parquet(folder / "torn.parquet", cases(200))
    run("torn.parquet", "-o", "whole.ndjson", "--rejects", "whole.rejects.ndjson")
    group = pq.ParquetFile(folder / "torn.parquet").metadata.row_group(1)
    content = bytearray((folder / "torn.parquet").read_bytes())
    start = group.column(0).dictionary_page_offset or group.column(0).data_page_offset
    content[start : start + 12] = bytes(12)
    (folder / "torn.parquet").write_bytes(content)
    status, said = run("torn.parquet", "-o", "out.ndjson", "--rejects", "bad.ndjson")
    whole = [json.loads(line) for line in (folder / "whole.ndjson").read_text("utf-8").splitlines()]
    told = [json.loads(line) for line in (folder / "out.ndjson").read_text("utf-8").splitlines()]
    rejected = [json.loads(line) for line in (folder / "bad.ndjson").read_text("utf-8").splitlines()]
    assert (status, "200 rows: " in said) == (1, True)
    assert told == [item for item in whole if not 50 < item["row"] <= 100]
    lost = [item["row"] for item in rejected if item["reason"].startswith("row group 2 of the file cannot be read: ")]
    assert lost == list(range(51, 101))
    assert len(told) + len(rejected) == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["claims.csv"], "needs -o"),
        (["claims.csv", "-o", "claims.csv"], "is a file that is read"),
        (["claims.csv", "-o", "out.csv", "--rejects", "claims.csv"], "would be written over"),
        (["claims.csv", "-o", "out.csv", "--rejects", "out.csv"], "would be written over"),
        (["claims.csv", "-o", "out.txt"], "the ending says no kind of file"),
        (["claims.csv", "-o", "nowhere/out.csv"], "there is no folder"),
        (["other.csv", "-o", "out.csv"], "no column has the name of an input"),
        (["absent.csv", "-o", "out.csv"], "the claims cannot be read"),
        (["twice.csv", "-o", "out.csv"], "there are two columns `genes`"),
        (["clash.csv", "-o", "out.csv"], "the column `code` of the claims"),
        (["claims.json", "--rejects", "bad.csv"], "--rejects is for files with many claims"),
        (["claims.csv", "-o", "out.csv", "--over-time"], "without --over-time"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(folder: Path, arguments: list[str], words: str) -> None:
    (folder / "claims.csv").write_text("genes\n40\n", encoding="utf-8")
    (folder / "other.csv").write_text("gene\n40\n", encoding="utf-8")
    (folder / "twice.csv").write_text("genes,genes\n40,40\n", encoding="utf-8")
    (folder / "clash.csv").write_text("genes,code\n40,x\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    status, said = run(*arguments)
    assert (status, words in said) == (2, True), said
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_counts_are_told_as_json(folder: Path) -> None:
    (folder / "claims.csv").write_text("genes,id\n40,a\n0,b\n", encoding="utf-8")
    status, said = run("claims.csv", "-o", "out.csv", "--format", "json")
    told = json.loads(said)
    assert status == 1
    assert (told["rows"], told["judged"], told["rejected"], told["no_input"]) == (2, 1, 1, ["id"])
    assert "tissue" in told["without_column"]


def test_another_file_of_the_same_name_is_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process may judge many files, and change its folder in between."""
    for number, place in ((3, folder), (5, folder / "other"), (7, folder / "other")):
        place.mkdir(exist_ok=True)
        (place / "panels.policy").write_text(SMALL, encoding="utf-8")
        pq.write_table(pa.table({"genes": list(range(10, 10 + number))}), place / "claims.parquet")
        monkeypatch.chdir(place)
        result = CliRunner().invoke(main, ["eval", "panels.policy", "claims.parquet", "-o", "out.parquet"])
        assert result.output.splitlines()[0] == f"{number} rows: {number} judged, 0 rejected"
        assert pq.read_table(place / "out.parquet").num_rows == number
