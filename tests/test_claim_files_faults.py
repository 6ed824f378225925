"""Files with faults: what can be judged is judged, the rest is rejected with number and reason, and nothing is written over."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from brute_force import compiled

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq

from ruleproof.cli.claim_files import from_json_lines, stretches
from ruleproof.cli.claim_files.csv_rows import each_line_is_a_row, rows_of
from ruleproof.cli.claim_files.from_csv import open_csv
from ruleproof.cli.claim_files.from_json_lines import open_json_lines
from ruleproof.cli.claim_files.parquet_parts import around_groups, end_of_file, groups_of, part_of
from ruleproof.cli.claim_files.showing import Shown
from ruleproof.cli.claim_files.unfinished import Counts
from ruleproof.cli.claim_files.writing import encoded
from ruleproof.runtime.load import program_of
from test_claim_files import SMALL, _csv, _ndjson, _parquet, cases, folder, run

__all__ = ["folder"]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _judged(folder: Path, content: bytes, status: int = 1) -> tuple[dict[int, str], dict[int, str]]:
    """Give the outcomes and the reasons of the rows of a CSV file, and look whether the counts add up."""
    (folder / "claims.csv").write_bytes(content)
    found, said = run("claims.csv", "-o", "out.csv", "--format", "json")
    told = json.loads(said)
    answers = {int(row["row"]): row["code"] for row in _rows(folder / "out.csv")}
    rejects = {int(row["row"]): row["reason"] for row in _rows(folder / "out.rejects.csv")}
    assert found == status
    assert (told["judged"], told["rejected"]) == (len(answers), len(rejects))
    assert sorted((*answers, *rejects)) == list(range(1, told["rows"] + 1))
    return answers, rejects


# ---------------------------------------------------------------- CSV


def test_a_stray_quote_costs_one_row(folder: Path) -> None:
    lines = ["genes,tissue,note", "40,marrow,a", '60,"marrow,b', "70,marrow,c", '80,marrow,"d', 'e"', '90,marrow,5" f']
    answers, rejects = _judged(folder, "\n".join([*lines, "41,marrow,g"]).encode())
    assert answers == {1: "small", 3: "large", 4: "large", 5: "large", 6: "small"}
    assert rejects == {2: "a quote is not closed, or text follows where it is closed"}
    notes = [row["note"] for row in _rows(folder / "out.csv")]
    assert notes == ["a", "c", "d\ne", '5" f', "g"]


def test_a_quote_that_opens_on_the_last_line_of_a_stretch_is_closed_on_the_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 64)
    rows = [f'{number},marrow,"{number}\nand {number}"' for number in range(11, 50)]
    answers, rejects = _judged(folder, "\n".join(["genes,tissue,note", *rows]).encode(), 0)
    assert (len(answers), rejects) == (39, {})
    assert [row["note"] for row in _rows(folder / "out.csv")][20] == "31\nand 31"


def test_letters_that_are_no_text_cost_one_row(folder: Path) -> None:
    answers, rejects = _judged(folder, b"genes,note\n40,a\n60,\xe9\n70,\xc3\xa9\n80\n90,b\n")
    assert answers == {1: "small", 3: "large", 5: "large"}
    assert rejects == {2: "the row is not UTF-8 text", 4: "the row has 1 fields and the header 2"}


def test_a_row_longer_than_memory_should_hold_is_rejected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 1000)
    answers, rejects = _judged(folder, b"genes,note\n40,a\n60," + b"x" * 5000 + b"\n70,b\n")
    assert (answers, list(rejects)) == ({1: "small", 3: "large"}, [2])
    assert rejects[2].startswith("the row is longer than ")


def test_windows_ends_of_lines_and_a_mark_at_the_beginning_are_taken(folder: Path) -> None:
    answers, rejects = _judged(folder, b'\xef\xbb\xbfgenes,note\r\n40,"a\r\nb"\r\n\r\n60,c\r\n', 0)
    assert (answers, rejects) == ({1: "small", 2: "large"}, {})


def test_dates_in_three_forms_are_taken_in_one(folder: Path) -> None:
    content = b"genes,service_date\n40,2024-06-03\n40,06/03/2024\n40,20240603\n40,2024-06-31\n40,\n"
    answers, rejects = _judged(folder, content)
    assert list(answers) == [1]
    assert list(rejects) == [2, 3, 4, 5]
    assert rejects[2].startswith("`service_date` cannot be '06/03/2024'")


def test_columns_of_another_type_are_rejected_value_by_value(folder: Path) -> None:
    floats = pa.table({"genes": pa.array([40.0, 60.5]), "tissue": ["marrow", "marrow"]})
    pq.write_table(floats, folder / "claims.parquet")
    status, said = run("claims.parquet", "-o", "out.csv")
    assert (status, "2 rows: 0 judged, 2 rejected" in said) == (1, True)
    days = pa.array(["2024-06-03T01:00:00", "2024-06-03T00:00:00"]).cast(pa.timestamp("ms"))
    mixed = pa.table({"genes": ["40", "sixty"], "service_date": days})
    pq.write_table(mixed, folder / "claims.parquet")
    status, said = run("claims.parquet", "-o", "out.csv")
    assert (status, "2 rows: 0 judged, 2 rejected" in said) == (1, True)
    assert [row["input"] for row in _rows(folder / "out.rejects.csv")] == ["service_date", "genes"]


PIECES = ["a", "b", ",", "\n", '"', '""', "\r\n", "1"]


def test_rows_are_found_as_the_standard_library_finds_them() -> None:
    """Where every quote is closed; and whatever a text holds, its lines all belong to a row."""
    chance, plain, quoted = random.Random(5), 0, 0
    for _ in range(3000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))
        content = text.encode()
        try:
            told = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        except csv.Error:
            told = None
        found = list(rows_of(content, 2, True))
        assert all(before.end <= row.start for before, row in pairwise(found))
        assert "".join(text[row.start : row.end] for row in found).count("a") == text.count("a")
        if each_line_is_a_row(content):
            plain += 1
            assert not any(row.fault for row in found)
            assert len(found) == len(content.splitlines())
        if told is not None and not any(row.fault for row in found):
            read = [next(csv.reader(io.StringIO(text[row.start : row.end], newline=""))) for row in found]
            several = [
                row for row, part in zip(read, found, strict=True) if b"\n" in content[part.start : part.end].rstrip()
            ]
            quoted += bool(several)
            if all(len(row) == 2 for row in several):
                assert read == told
    assert min(plain, quoted) > 20


BYTES = [b"a", b" ", b",", b",", b"\n", b"\n", b'"', b'""', b"\r\n", b"\r", b"1", b"\xe9", b"\0", b'",', b',"', b'"\n']


def test_every_row_is_counted_once_whatever_the_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, program = random.Random(3), program_of(compiled(SMALL))
    path, rows, rejected = tmp_path / "claims.csv", 0, 0
    for _ in range(300):
        monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", chance.choice([16, 40, 4096]))
        path.write_bytes(chance.choice([b"genes,tissue\n", b"genes\n"]) + b"".join(chance.choices(BYTES, k=40)))
        file, end = open_csv(path, program), (0, 0)
        numbers: list[int] = []
        for piece in file.pieces(()):
            assert piece.end > end, "a piece that does not go on"
            end = piece.end
            for batch in file.batches(piece.content):
                assert batch.rows == len(batch.numbers)
                assert all(len(column) == batch.rows for column in batch.columns.values())
                numbers += [*batch.numbers.tolist(), *(item.row for item in batch.rejects)]
                rejected += len(batch.rejects)
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), path.read_bytes()
        rows += len(numbers)
    assert 100 < rejected < rows - 100


# ---------------------------------------------------------------- NDJSON

VALUES = {
    "genes": ["40", "60", "0", "null", '"40"', "4.0", "true", "9" * 30],
    "share": ["0.25", "0.555", "1", "null", '"0.5"', '"x"', "1e-1"],
    "tissue": ['"marrow"', '"nowhere"', "null", "7"],
    "tag": ['"Z1234"', '"Z12"', "null", '"\\u005a1234"'],
    "diagnoses": ["[]", '["ICD C34.1"]', '["C34.1"]', "null", '"ICD C34.1"', "[null]"],
    "service_date": ['"2024-06-03"', '"06/03/2024"', '"2024-06-03 00:00:00"', "null"],
    "other": ["1", "{}"],
}


def _line(chance: random.Random, strange: float) -> str:
    told = []
    for name, pool in VALUES.items():
        if name == "other":
            if chance.random() < strange / 3:
                told.append((name, chance.choice(pool)))
        elif chance.random() < 0.8:
            told.append((name, chance.choice(pool) if chance.random() < strange else pool[0]))
    if chance.random() < strange / 4:
        told.append(told[0] if told else ("genes", "40"))
    colon = chance.choice([":", ": "]) if chance.random() > strange / 5 else chance.choice([" :", " : ", ":  "])
    text = "{" + chance.choice([", ", ","]).join(f'"{name}"{colon}{value}' for name, value in told) + "}"
    if chance.random() < strange / 4:
        text = chance.choice([" " + text, text + " ", text + text, text[:-1], "[1]", "", "\r", "{}", "\ufeff" + text])
    return text


def test_lines_read_by_columns_say_what_they_say_one_by_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, fast = random.Random(8), 0
    by_columns = from_json_lines._by_columns

    def counted(*arguments: Any) -> Any:
        nonlocal fast
        found = by_columns(*arguments)
        fast += found is not None
        return found

    for number in range(40):
        lines = [_line(chance, (number % 6) / 20) for _ in range(chance.randrange(1, 12))]
        (folder / "claims.ndjson").write_text("\n".join(lines) + chance.choice(["", "\n"]), encoding="utf-8")
        for name, function in (("columns", counted), ("lines", lambda *_: None)):
            monkeypatch.setattr(from_json_lines, "_by_columns", function)
            run("claims.ndjson", "-o", f"{name}.ndjson", "--cores", "1")
        for ending in (".ndjson", ".rejects.csv"):
            assert (folder / f"columns{ending}").read_bytes() == (folder / f"lines{ending}").read_bytes(), lines
    assert 8 < fast < 40


def test_a_line_longer_than_memory_should_hold_is_rejected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "BYTES_OF_A_STRETCH", 1000)
    text = '{"genes": 40}\n{"genes": 40' + " " * 5000 + '}\n{"genes": 60}\n'
    (folder / "claims.ndjson").write_text(text, encoding="utf-8")
    file = open_json_lines(folder / "claims.ndjson", program_of(compiled(SMALL)))
    batches = [batch for piece in file.pieces(()) for batch in file.batches(piece.content)]
    assert [batch.numbers.tolist() for batch in batches] == [[1], [], [3]]
    assert batches[1].rejects[0].row == 2
    assert batches[1].rejects[0].reason.startswith("the line is longer than ")


# ---------------------------------------------------------------- what must not be written over


@pytest.mark.parametrize("how", ["symlink", "hardlink", "folder"])
@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_no_file_that_is_read_is_written_over_by_another_name(folder: Path, how: str, option: str) -> None:
    (folder / "claims.csv").write_text("genes\n40\n", encoding="utf-8")
    match how:
        case "symlink":
            (folder / "other.csv").symlink_to("claims.csv")
        case "hardlink":
            os.link(folder / "claims.csv", folder / "other.csv")
        case _:
            (folder / "inner").mkdir()
    other = "inner/../claims.csv" if how == "folder" else "other.csv"
    given = ["-o", other] if option == "-o" else ["-o", "out.csv", "--rejects", other]
    status, said = run("claims.csv", *given)
    assert status == 2
    assert "is a file that is read" in said or "would be written over" in said
    assert (folder / "claims.csv").read_text("utf-8") == "genes\n40\n"
    assert not (folder / "out.csv").exists()


def test_a_link_to_the_answers_stays_a_link(folder: Path) -> None:
    (folder / "claims.csv").write_text("genes\n40\n", encoding="utf-8")
    (folder / "kept.csv").write_text("before", encoding="utf-8")
    (folder / "kept.csv").chmod(0o640)
    (folder / "out.csv").symlink_to("kept.csv")
    assert run("claims.csv", "-o", "out.csv")[0] == 0
    assert (folder / "out.csv").is_symlink()
    assert (folder / "kept.csv").read_text("utf-8").startswith('"row"')
    assert (folder / "kept.csv").stat().st_mode & 0o777 == 0o640


# ---------------------------------------------------------------- several files


def test_several_files_are_judged_in_order_and_rows_name_their_file(folder: Path) -> None:
    (folder / "a.csv").write_text("genes,id\n40,x\n0,y\n", encoding="utf-8")
    (folder / "b.csv").write_text("genes,id\n60,z\n", encoding="utf-8")
    status, said = run("b.csv", "a.csv", "-o", "out.ndjson")
    told = [json.loads(line) for line in (folder / "out.ndjson").read_text("utf-8").splitlines()]
    assert (status, "3 rows: 2 judged, 1 rejected" in said) == (1, True)
    assert [(item["file"], item["row"], item["id"], item["code"]) for item in told] == [
        ("b.csv", 1, "z", "large"),
        ("a.csv", 1, "x", "small"),
    ]
    assert [(row["file"], row["row"]) for row in _rows(folder / "out.rejects.csv")] == [("a.csv", "2")]


def test_a_folder_stands_for_the_parquet_files_in_it(folder: Path) -> None:
    rows = cases(90)
    (folder / "claims" / "later").mkdir(parents=True)
    for name, part in (("b", rows[:40]), ("a", rows[40:60]), ("later/c", rows[60:])):
        _parquet(folder / "claims" / f"{name}.parquet", part)
    (folder / "claims" / "_left.parquet").write_text("no Parquet", encoding="utf-8")
    _parquet(folder / "all.parquet", [*rows[40:60], *rows[:40], *rows[60:]])
    run("all.parquet", "-o", "all.ndjson")
    run("claims", "-o", "parts.parquet")
    whole = [json.loads(line) for line in (folder / "all.ndjson").read_text("utf-8").splitlines()]
    parts = pq.read_table(folder / "parts.parquet").to_pylist()
    names = [Path(item.pop("file")).as_posix() for item in parts]
    numbers = [item.pop("row") for item in parts]
    assert list(dict.fromkeys(names)) == ["claims/a.parquet", "claims/b.parquet", "claims/later/c.parquet"]
    before = {"claims/a.parquet": 0, "claims/b.parquet": 20, "claims/later/c.parquet": 60}
    assert [before[name] + number for name, number in zip(names, numbers, strict=True)] == [
        item.pop("row") for item in whole
    ]
    assert parts == whole


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.csv", "other.csv", "-o", "out.csv"], "other.csv has other columns than a.csv"),
        (["a.csv", "empty", "-o", "out.csv"], "there is no file *.parquet in this folder"),
        (
            ["a.csv", "claim.json", "-o", "out.csv"],
            "several files are judged together only where they hold many claims",
        ),
        (["claim.json", "--engine", "duckdb"], "--engine is for files with many claims"),
        (["claim.json", "--resume"], "--resume is for files with many claims"),
        (["claim.json", "--cores", "2"], "--cores is for files with many claims"),
        (["mac.csv", "-o", "out.csv"], "its lines end in a carriage return alone"),
        (["utf16.csv", "-o", "out.csv"], "the header is not UTF-8 text"),
    ],
)
def test_files_that_do_not_go_together_are_refused(folder: Path, arguments: list[str], words: str) -> None:
    (folder / "a.csv").write_text("genes,id\n40,x\n", encoding="utf-8")
    (folder / "other.csv").write_text("genes\n40\n", encoding="utf-8")
    (folder / "claim.json").write_text("{}", encoding="utf-8")
    (folder / "mac.csv").write_bytes(b"genes,id\r40,x\r")
    (folder / "utf16.csv").write_bytes("genes,id\n40,x\n".encode("utf-16"))
    (folder / "empty").mkdir()
    before = sorted(folder.iterdir())
    status, said = run(*arguments)
    assert (status, words in said) == (2, True), said
    assert sorted(folder.iterdir()) == before


# ---------------------------------------------------------------- engines


@pytest.mark.parametrize(("ending", "write"), [(".csv", _csv), (".ndjson", _ndjson), (".parquet", _parquet)])
def test_both_engines_give_the_same_bytes(folder: Path, ending: str, write: Any) -> None:
    pytest.importorskip("duckdb", reason="DuckDB is not installed")
    write(folder / f"claims{ending}", cases(400))
    told = []
    for engine in ("arrow", "duckdb"):
        status, said = run(f"claims{ending}", "-o", f"{engine}.parquet", "--engine", engine)
        assert status == 1
        told.append(
            (said.splitlines()[0], *((folder / f"{engine}{end}").read_bytes() for end in (".parquet", ".rejects.csv")))
        )
    assert told[0] == told[1]
    assert pq.read_table(folder / "duckdb.parquet").num_rows > 50


def test_what_duckdb_cannot_answer_is_said(folder: Path) -> None:
    pytest.importorskip("duckdb", reason="DuckDB is not installed")
    (folder / "claims.csv").write_text("genes\n40\n", encoding="utf-8")
    status, said = run("claims.csv", "-o", "out.csv", "--engine", "duckdb", "--as-posted-on", "2024-01-01")
    assert (status, "answers by all that has been posted" in said) == (2, True)
    policy = (folder / "panels.policy").read_text("utf-8").replace("input tag", "input Genes is yes or no\ninput tag")
    (folder / "panels.policy").write_text(policy, encoding="utf-8")
    status, said = run("claims.csv", "-o", "out.csv", "--engine", "duckdb")
    assert (status, "--engine duckdb: there are no statements: `Genes` and `genes`" in said) == (2, True)


# ---------------------------------------------------------------- Parquet made of parts, and progress


def test_row_groups_that_were_made_apart_are_one_file() -> None:
    schema = pa.schema([
        ("row", pa.int64()), ("text", pa.dictionary(pa.int32(), pa.string())), ("codes", pa.list_(pa.string())),
        ("share", pa.decimal128(9, 2)), ("there", pa.bool_()), ("day", pa.date32()), ("weight", pa.float64()),
    ])  # fmt: skip
    tables = []
    for number in range(40):
        columns = [
            [number, number + 1, number + 2], ["a", None, f"b{number}"], [["a"], None, []],
            [None, Decimal(number), None], [True, False, None], [None, datetime.date(2024, 1, 1), None], [1.5, None, 2.0],
        ]  # fmt: skip
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        tables.append(pa.Table.from_arrays(arrays, schema=schema))
    whole, groups = bytearray(b"PAR1"), []
    for table in tables:
        part = part_of(encoded(".parquet", table))
        groups += groups_of(part.footer, len(whole), len(groups))
        whole += part.body
    before, behind = around_groups(part_of(encoded(".parquet", schema.empty_table())).footer, 120, len(groups))
    footer = before + b"".join(groups) + behind
    whole += footer + end_of_file(len(footer))
    file = pq.ParquetFile(io.BytesIO(whole), page_checksum_verification=True)
    assert (file.metadata.num_row_groups, file.metadata.num_rows) == (40, 120)
    assert file.schema_arrow.equals(schema)
    assert file.read().to_pylist() == pa.concat_tables(tables).to_pylist()
    assert file.read_row_group(39).to_pylist() == tables[39].to_pylist()


def test_the_line_of_progress_has_the_rate_and_the_time_left() -> None:
    shown = Shown(1000, Counts(rows=500))
    shown.show(Counts(rows=500), 200)
    line = shown.line(Counts(rows=1500, judged=1490, rejected=10), 600, 20.0)
    assert line == "1,500 rows, 10 rejected, 50 rows/s, 60%, 20 s left"
