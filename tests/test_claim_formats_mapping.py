"""Column mappings: what each way to an input gives, and what is said of a mapping that cannot be used."""

# ruff: noqa: E501 - a case of a table of cases is a line

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

import pyarrow as pa
import pyarrow.parquet as pq

from ruleproof.cli import main
from ruleproof.model.nodes import Choice, Day, Domain, OneCode, SeveralCodes, WholeNumber, YesNo
from ruleproof.readers.claims.date_forms import date_form
from ruleproof.readers.claims.mapping import MappingError
from ruleproof.readers.claims.mapping_reading import mapping_from_toml

POLICY = """policy panels

source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01

input service_date is date from 2024-01-01
input genes is whole number from 1 to 500
input tissue is one of solid_organ, marrow
input repeated is yes or no
input billed is code of cpt
input diagnoses are codes of icd10cm, may be missing

decision genes_said gives one of few, many
rule F for genes_said when genes is at most 50
  then report few
rule M for genes_said when genes is more than 50
  then report many
decision tissue_said gives one of organ, blood
rule O for tissue_said when tissue is solid_organ
  then report organ
rule B for tissue_said when tissue is marrow
  then report blood
decision late gives one of first_half, second_half
rule E for late when service_date is before 2024-07-01
  then report first_half
rule L for late when service_date is after 2024-06-30
  then report second_half
decision again gives one of once, twice
rule N for again when not repeated
  then report once
rule Y for again when repeated
  then report twice

codes lung of icd10cm
  start ICD C34.11 services from 2024-01-01
require D1 that diagnoses any in lung
  else pend
require C1 that billed is one of (CPT 81445, CPT 81455)
  else pend
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "panels.policy").write_text(POLICY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(name: str, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["eval", "panels.policy", name, "--columns", "map.toml", "-o", "out.ndjson", *more])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def answered(folder: Path, mapping: str, name: str = "claims.csv") -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Give the answers and the rejects."""
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    status, said = run(name)
    assert status in (0, 1), said
    with (folder / "out.rejects.csv").open(encoding="utf-8", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert bool(rejects) == bool(status)
    return [json.loads(line) for line in (folder / "out.ndjson").read_text("utf-8").splitlines()], rejects


def column(folder: Path, way: str, values: list[str], decision: str) -> list[str]:
    """Give the outcome for each value of a column X, or the reason why its row is rejected."""
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["X", "id"], *([value, number] for number, value in enumerate(values))])
    answers, rejects = answered(folder, f"[inputs]\n{way}\n")
    said = {row["row"]: row[decision] or row[f"{decision}.kind"] for row in answers}
    said |= {int(row["row"]): row["reason"] for row in rejects}
    return [said[number] for number in range(1, len(values) + 1)]


UNKNOWN = "not known yet"


@pytest.mark.parametrize(
    ("way", "decision", "values", "wanted"),
    [
        ('genes = "X"', "genes_said", ["40", " 60 ", ""], ["few", "many", "`genes` may not be missing"]),
        ('genes = { from = "X", empty = "unknown" }', "genes_said", ["40", "", " "], ["few", UNKNOWN, UNKNOWN]),
        ('genes = { from = "X", values = { a = 40, b = "60" } }', "genes_said", ["a", "b", "c"], ["few", "many", "`genes`: `c` is none of the values that the mapping knows: a, b"]),
        ('genes = { from = "X", values = { a = 40 }, others = "unknown" }', "genes_said", ["a", "c"], ["few", UNKNOWN]),
        ('genes = { from = "X", values = { a = 40 }, others = "keep" }', "genes_said", ["a", "60", "c"], ["few", "many", "`genes` cannot be 'c'"]),
        ('genes = { from = "X", values = { a = 40 }, others = "missing" }', "genes_said", ["a", "c"], ["few", "`genes` may not be missing"]),
        ('genes = { from = "X", like = "##", others = "unknown" }', "genes_said", ["40", "4", "400"], ["few", UNKNOWN, UNKNOWN]),
        ('genes = { from = "X", like = "#*" }', "genes_said", ["40", "x"], ["few", "`genes`: `x` is not written as `like` says"]),
        ('genes = { from = "X", split = "/", place = 2 }', "genes_said", ["1/60", "60/1", "1"], ["many", "few", "`genes` may not be missing"]),
        ('genes = { from = "X", split = "/" }', "genes_said", ["40", "1/60"], ["few", "`genes`: X has 2 values (1, 60), and the input takes one"]),
        ('tissue = { from = "X", values = { S = "solid_organ", M = "marrow" } }', "tissue_said", ["S", "M"], ["organ", "blood"]),
        ('repeated = { from = "X", split = " ", holds = ["91", "76"] }', "again", ["91", "59 76", "59", ""], ["twice", "twice", "once", "once"]),
        ('repeated = { from = "X", holds = ["91"], empty = "unknown" }', "again", ["91", "59", "", " "], ["twice", "once", UNKNOWN, UNKNOWN]),
        ('repeated = { from = "X", values = { Y = true, N = false } }', "again", ["Y", "N"], ["twice", "once"]),
        ('repeated = { constant = true }', "again", ["a"], ["twice"]),
        ('service_date = { from = "X", date = "MM/DD/YYYY" }', "late", ["02/03/2024", "12/31/2024", "31/12/2024", "2024-12-31"], ["first_half", "second_half", "`31/12/2024` is no date written as MM/DD/YYYY", "`2024-12-31` is no date written as MM/DD/YYYY"]),
        ('service_date = { from = "X", date = "DD-MON-YYYY" }', "late", ["30-May-2024", "30-MAY-2024", "30-Mai-2024", "31-Jun-2024"], ["first_half", "first_half", "is no date written", "is no date written"]),
        ('service_date = { from = "X", values = { a = 2024-02-03 } }', "late", ["a"], ["first_half"]),
        ('billed = { from = "X", prefix = "CPT" }', "not_checked", ["81445", "CPT 81445", "8144"], ["D1", "D1", "`billed` cannot be 'CPT 8144'"]),
        ('diagnoses = { from = "X", split = ";", prefix = "ICD", point_after = 3 }', "findings", ["C3411;D479", "D47.9", "", "C34.11", "x"], ["", "D1", "D1", "", "`diagnoses` cannot hold 'ICD x'"]),
        ('diagnoses = { from = "X", split = ";", like = "C*", others = "missing", prefix = "ICD" }', "findings", ["C34.11;?", "?"], ["", "D1"]),
    ],
)  # fmt: skip
def test_a_way_gives_what_it_says(folder: Path, way: str, decision: str, values: list[str], wanted: list[str]) -> None:
    if decision in ("findings", "not_checked"):
        with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["X", "id"], *([value, "a"] for value in values)])
        answers, rejects = answered(folder, f"[inputs]\n{way}\n")
        found = {row["row"]: row[decision] or "" for row in answers} | {
            int(row["row"]): row["reason"] for row in rejects
        }
        told = [found[number] for number in range(1, len(values) + 1)]
    else:
        told = column(folder, way, values, decision)
    assert all(part == want or (len(want) > 12 and want in part) for part, want in zip(told, wanted, strict=True)), told


def test_a_lookup_reads_the_list_beside_the_mapping(folder: Path) -> None:
    (folder / "tests.csv").write_text('id,genes\nZB123,40\n"ZB124",60\nZB125,\n', encoding="utf-8")
    way = 'genes = { from = "X", lookup = { file = "tests.csv", key = "id", gives = "genes" } }'
    told = column(folder, way, ["ZB123", "ZB124", "ZB125", "ZB126"], "genes_said")
    assert told[:3] == ["few", "many", UNKNOWN]
    assert told[3].startswith("`genes`: `ZB126` is none of the values")


def test_several_columns_are_put_together(folder: Path) -> None:
    (folder / "claims.csv").write_text("d1,d2,m\nD47.9,C34.11,1\n,,2\nD47.9,,3\n", encoding="utf-8")
    answers, _ = answered(folder, '[inputs]\ndiagnoses = { from = ["d1", "d2"], prefix = "ICD" }\n')
    assert [row["findings"] for row in answers] == [None, "D1", "D1"]
    assert [row["m"] for row in answers] == ["1", "2", "3"]


def test_what_is_kept_goes_along(folder: Path) -> None:
    (folder / "claims.csv").write_text("X,claim,person\n40,a,b\n", encoding="utf-8")
    answers, _ = answered(folder, 'keep = ["claim"]\n[inputs]\ngenes = "X"\n')
    assert [(row["claim"], "person" in row) for row in answers] == [("a", False)]


@pytest.mark.parametrize("separator", ["|", "\\t", ";"])
def test_other_separators(folder: Path, separator: str) -> None:
    rows = ["X{s}claim", "40{s}a", '"60"{s}"b{s}c"', "1{s}2{s}3", '"4{s}x', "60{s}c", "", "60"]
    text = "\n".join(rows).replace("{s}", "\t" if separator == "\\t" else separator)
    (folder / "claims.txt").write_text(text, encoding="utf-8")
    answers, rejects = answered(folder, f'separator = "{separator}"\n[inputs]\ngenes = "X"\n', "claims.txt")
    assert [(row["row"], row["genes_said"]) for row in answers] == [(1, "few"), (2, "many"), (5, "many")]
    assert [row["row"] for row in rejects] == ["3", "4", "7"]


def test_letters_that_are_none_cost_one_row(folder: Path) -> None:
    (folder / "claims.txt").write_bytes(b"X|claim\n40|a\n40|\xff\n60|c\n")
    answers, rejects = answered(folder, 'separator = "|"\n[inputs]\ngenes = "X"\n', "claims.txt")
    assert [row["claim"] for row in answers] == ["a", "c"]
    assert [(row["row"], row["reason"]) for row in rejects] == [("2", "the row is not UTF-8 text")]


def test_parquet_keeps_its_types(folder: Path) -> None:
    table = pa.table(
        {
            "G": pa.array([40, 60, None], pa.int16()),
            "D": pa.array([datetime.date(2024, 2, 3), datetime.date(2024, 8, 3), datetime.date(2024, 8, 3)]),
            "R": pa.array([True, False, None]),
            "C": pa.array([81445, 81455, 100]),
            "T": pa.array(["S", "M", "S"]).dictionary_encode(),
        }
    )
    pq.write_table(table, folder / "claims.parquet")
    mapping = '[inputs]\ngenes = { from = "G", empty = "unknown" }\nservice_date = "D"\nbilled = { from = "C", prefix = "CPT" }\n'
    mapping += 'repeated = { from = "R", empty = "unknown" }\ntissue = { from = "T", values = { S = "solid_organ", M = "marrow" } }\n'
    answers, rejects = answered(folder, mapping, "claims.parquet")
    said = [[row[name] for name in ("genes_said", "late", "again", "tissue_said", "findings")] for row in answers]
    assert said == [["few", "first_half", "twice", "organ", None], ["many", "second_half", "once", "blood", None]]
    assert [(row["row"], row["input"]) for row in rejects] == [("3", "billed")]  # a number has lost its zeros


def test_ndjson_tells_what_it_tells(folder: Path) -> None:
    lines = [
        {"G": 40, "Dx": ["C34.11"], "DOS": "03.02.2024", "other": [1]},
        {"G": "60", "Dx": []},
        {"G": None},
        {"Dx": ["D47.9", "C34.11"], "DOS": "2024-02-03"},
        {"G": {"a": 1}},
        [],
    ]
    (folder / "claims.ndjson").write_text("\n".join(map(json.dumps, lines)) + "\n\n{\n", encoding="utf-8")
    mapping = 'keep = ["DOS"]\n[inputs]\ngenes = "G"\ndiagnoses = { from = "Dx", prefix = "ICD" }\n'
    answers, rejects = answered(
        folder, mapping + 'service_date = { from = "DOS", date = "DD.MM.YYYY" }\n', "claims.ndjson"
    )
    assert [(row["row"], row["genes_said"], row["findings"], row["late"]) for row in answers] == [
        (1, "few", None, "first_half"),
        (2, "many", "D1", None),
    ]
    assert [(row["row"], row["input"]) for row in rejects] == [
        ("3", "genes"),
        ("4", "service_date"),
        ("5", "genes"),
        ("6", ""),
        ("8", ""),
    ]


def test_a_name_that_no_line_has_is_said(folder: Path) -> None:
    (folder / "map.toml").write_text('[inputs]\ngenes = "G"\nrepeated = "Rep"\n', encoding="utf-8")
    (folder / "claims.ndjson").write_text('{"G": 40}\n{"G": 60, "rep": "yes"}\n', encoding="utf-8")
    status, said = run("claims.ndjson")
    assert status == 0
    assert "map.toml, line 3: no line of claims.ndjson has `Rep`: `repeated` is unknown" in said
    (folder / "claims.ndjson").write_text('{"G": 40}\n{"G": 60, "Rep": "yes"}\n', encoding="utf-8")
    assert "no line of" not in run("claims.ndjson")[1]


@pytest.mark.parametrize(
    ("text", "what"), [("", "the file is empty"), ("\ufeff", "the file is empty"), ("\nX\n", "the first line is empty")]
)
@pytest.mark.parametrize("separator", ["", "separator = '|'\n"])
def test_a_file_without_a_header_is_said(folder: Path, text: str, what: str, separator: str) -> None:
    (folder / "map.toml").write_text(f"{separator}[inputs]\ngenes = 'X'\n", encoding="utf-8")
    (folder / "claims.csv").write_text(text, encoding="utf-8")
    status, said = run("claims.csv")
    assert status == 2
    assert f"claims.csv: {what}" in said


# ---------------------------------------------------------------- mappings that cannot be used

WRONG = [
    ("[inputs]\ngene = 'X'", 2, "the policy has no input `gene`", "did you mean `genes`?"),
    ("[inputs]\nabc_xyz = 'X'", 2, "the policy has no input `abc_xyz`", "there are service_date, genes"),
    ("formt = 'x12'\n[inputs]\ngenes = 'X'", 1, "a mapping has no `formt`", "did you mean `format`?"),
    ("format = 'x21'\n[inputs]\ngenes = 'X'", 1, "`format` cannot be `x21`: it is one of flat, rif, x12, fhir", "did you mean `x12`?"),
    ("[inputs]\ngenes = 'X'\ngenes = 'Y'", 3, "a name stands here a second time", "keep one of the two"),
    ("[inputs.genes]\nfrom = 'X'\n[inputs.genes]\nfrom = 'Y'", 3, "a name stands here a second time", "keep one of the two"),
    ("[inputs.genes]\nform = 'X'", 2, "the way to `genes` has no `form`", "did you mean `from`?"),
    ("[inputs.genes]\nsplit = ';'", 1, "`genes` does not say where it is found", "add from"),
    ("[inputs]\n\ngenes = 5", 3, "`genes` is mapped to a column or field", ""),
    ("[inputs]\ngenes = { from = 'X', constant = 4 }", 2, "`genes` is constant: `from` says nothing about it", "keep one"),
    ("[inputs]\ngenes = { constant = 501 }", 2, "`genes` cannot be '501'", ""),
    ("[inputs]\ngenes = { from = 'X', values = { a = 40, b = 0 } }", 2, "`genes` cannot be '0'", ""),
    ("[inputs.genes]\nfrom = 'X'\nvalues = { a = 1.5 }", 3, "`a` is a text in quotes, a whole number, a date, true or false", ""),
    ("[inputs]\ntissue = { from = 'X', values = { a = 'marow' } }", 2, "`tissue` cannot be 'marow'", ""),
    ("[inputs.genes]\nfrom = 'X'\nvalues = { x = 40, ' x' = 60 }", 3, "`values` names `x` twice", "blanks around a value do not count: keep one of the two"),
    ("[inputs]\ngenes = { from = 'X', lookup = { file = '/x.csv', key = 'id', gives = 'b' } }", 2, "is no file beside the mapping: name it relative to the mapping", ""),
    ("[inputs]\ngenes = { from = 'X', date = 'YYYY-MM-DD' }", 2, "`genes` is no date", "leave `date` out"),
    ("[inputs]\nservice_date = { from = 'X', date = 'MM/DD/YY' }", 2, "`MM/DD/YY` does not say how dates are written", "write YYYY-MM-DD"),
    ("[inputs]\nservice_date = 'X'", 2, "`service_date` is a date, and the mapping does not say how `X` writes it", "add date = "),
    ("[inputs]\ngenes = 'Y'", 2, "the file has no column `Y`", "there are X, id"),
    ("[inputs]\ngenes = 'ID'", 2, "the file has no column `ID`", "did you mean `id`?"),
    ("keep = ['claim']\n[inputs]\ngenes = 'X'", 1, "the file has no column `claim` to keep", ""),
    ("unknown = ['genes']\n[inputs]\ngenes = 'X'", 3, "`genes` is mapped, and `unknown` says that no claim tells it", ""),
    ("unknown = ['tissue']\n[inputs]\ngenes = 'X'", 1, "`service_date` is neither mapped nor named in `unknown`", "map it"),
    ("unknown = ['tisue']\n[inputs]\ngenes = 'X'", 1, "the policy has no input `tisue`", "did you mean `tissue`?"),
    ("keep = ['id', 'id']\n[inputs]\ngenes = 'X'", 1, "`keep` names `id` twice", "keep one of the two"),
    ("[inputs]\ngenes = { from = ['X', 'id'] }", 2, "several columns give several values, and `genes` takes one", "choose one with `place`"),
    ("[inputs]\ndiagnoses = { from = 'X', place = 1 }", 2, "`diagnoses` takes several codes, and `place` gives one value", ""),
    ("[inputs]\ngenes = { from = 'X', others = 'unknown' }", 2, "`others` says what is done with what `values` or `like` leave over", ""),
    ("[inputs]\nrepeated = { from = 'X', holds = ['a'], prefix = 'MOD' }", 2, "`holds` gives yes or no, and `prefix` changes neither", ""),
    ("[inputs]\ngenes = { from = 'X', holds = ['a'] }", 2, "`genes` cannot be 'yes'", ""),
    ("[inputs]\ngenes = { from = 'X', like = '*#*' }", 2, "`like` has one `*` at most", ""),
    ("[inputs]\ngenes = { from = 'X', place = 0 }", 2, "`place` is a whole number from 1 to 100", ""),
    ("[inputs]\ngenes = { from = 'X', lookup = { file = 'no.csv', key = 'a', gives = 'b' } }", 2, "there is no file `no.csv` beside the mapping", ""),
    ("[inputs]\ngenes = { from = 'X', lookup = { file = 'list.csv', key = 'idd', gives = 'b' } }", 2, "list.csv: it has no column `idd`; did you mean `id`?", ""),
    ("[inputs]\ngenes = { from = 'X', lookup = { file = 'list.csv', key = 'id', gives = 'b' } }", 2, "list.csv: line 3: `a` stands for another value in an earlier line", ""),
    ("[inputs]\ngenes = { from = 'X', lookup = { file = '../../x.csv', key = 'id', gives = 'b' } }", 2, "lies outside the folders", ""),
    ("separator = 'ab'\n[inputs]\ngenes = 'X'", 1, "`separator` is one sign", ""),
    ("format = 'x12'\nseparator = ';'\n[inputs]\ngenes = 'units'", 2, "`separator` is for columns, and the format is `x12`", ""),
    ("format = 'x12'\n[inputs]\ngenes = 'unit'", 3, "the format `x12` has no field `unit`", "did you mean `units`?"),
    ("format = 'x12'\n[inputs]\ngenes = 'modifiers'", 3, "`modifiers` holds several values, and `genes` takes one", "choose one with `place`"),
    ("format = 'x12'\n[inputs]\nservice_date = { from = 'service_date', date = 'YYYYMMDD' }", 3, "`service_date` is a field whose dates the format fixes", ""),
    ("format = 'fhir'\n[inputs]\ngenes = 'z_code'", 3, "FHIR has no place of its own for `z_code`", "say where it stands under [fhir.fields]"),
    ("format = 'fhir'\n[inputs]\ngenes = 'units'\n[fhir.fields]\na = '..'", 5, "`..` is no path", "write, for example"),
    ("format = 'fhir'\n[inputs]\ngenes = 'units'\n[fhir.system]\na = 'x'", 4, "`fhir` has no `system`", "did you mean `systems`?"),
    ("[inputs]\ngenes = 'X'\n[fhir.fields]\na = 'b'", 3, "`fhir` is for the format `fhir`, and the format is `flat`", ""),
    ("format = 'rif'\n[inputs]\ngenes = 'units'", 0, "the header has neither LINE_NUM (a carrier file) nor CLM_LINE_NUM", ""),
    ("[inputs]", 1, "no input is mapped", ""),
    ("[inputs\ngenes = 'X'", 1, "this is no TOML", ""),
    ("[inputs]\ngenes = 'X", 2, "this is no TOML", ""),
    ("a = " + "[" * 5000, 1, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "line", "message", "help"), WRONG)
def test_what_is_wrong_with_a_mapping_is_said_with_its_line(
    folder: Path, mapping: str, line: int, message: str, help: str
) -> None:
    (folder / "claims.csv").write_text("X,id\n40,a\n", encoding="utf-8")
    (folder / "list.csv").write_text("id,b\na,1\na,2\n", encoding="utf-8")
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    status, said = run("claims.csv")
    assert status == 2, said
    assert (f"map.toml, line {line}: " in said) if line else True, said
    assert message in said
    assert help in said
    assert "mistake of its own" not in said
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_mapping_is_not_written_over(folder: Path) -> None:
    (folder / "claims.csv").write_text("X,id\n40,a\n", encoding="utf-8")
    (folder / "list.csv").write_text("id,b\na,1\n", encoding="utf-8")
    lookup = "lookup = { file = 'list.csv', key = 'id', gives = 'b' }"
    (folder / "map.toml").write_text(f"[inputs]\ngenes = {{ from = 'X', {lookup} }}", encoding="utf-8")
    for name in ("map.toml", "list.csv"):
        before = (folder / name).read_bytes()
        done = CliRunner().invoke(
            main, ["eval", "panels.policy", "claims.csv", "--columns", "map.toml", "-o", "o.csv", "--rejects", name]
        )
        assert (done.exit_code, (folder / name).read_bytes()) == (2, before), done.output


DOMAINS: dict[str, Domain] = {
    "genes": WholeNumber(1, 500),
    "tissue": Choice(("a", "b")),
    "day": Day(datetime.date(2024, 1, 1), None),
    "code": OneCode("cpt", "CPT", "[0-9]{5}"),
    "codes": SeveralCodes("cpt", "CPT", "[0-9]{5}"),
    "shown": YesNo(),
}


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_mapping_is_read_or_refused_with_a_line(data: st.DataObject) -> None:
    words = st.sampled_from(
        ["[inputs]", "[inputs.genes]", "genes", "=", "{", "}", "'X'", "from", "values", ",", "\n", "format", "'rif'", "'x12'",
         "[", "]", "date", "'YYYY'", "like", "'#*'", "keep", "unknown", "1", "true", "split", "[fhir.fields]", '"', "."]
    )  # fmt: skip
    text = "".join(data.draw(st.lists(words | st.text(max_size=4), max_size=25)))
    refused = None
    try:
        assert mapping_from_toml("m.toml", text.encode("utf-8", "surrogatepass"), DOMAINS, lambda _: None).ways
    except MappingError as error:
        refused = error
    assert refused is None or (refused.message and 1 <= refused.line <= text.count("\n") + 1)


@given(
    st.dates(datetime.date(1900, 1, 1)),
    st.sampled_from(["YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "DD-MON-YYYY", "D.M.YYYY", "DD MON YYYY"]),
)
def test_a_date_is_read_as_it_is_written(day: datetime.date, form: str) -> None:
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[day.month - 1]
    written = form.replace("YYYY", f"{day.year:04}").replace("MM", f"{day.month:02}").replace("DD", f"{day.day:02}")
    written = written.replace("MON", "?").replace("D", str(day.day)).replace("M", str(day.month)).replace("?", month)
    found = date_form(form)
    assert found is not None
    assert found.read(written) == day.isoformat()


@pytest.mark.parametrize(
    "form", ["", "YYYY", "YY-MM-DD", "DDMYYYY", "DMYYYY", "YYYY-MM-DD-DD", "YYYY:MM:DD", "MON-MM-YYYY", "yyyy-mm-dd"]
)
def test_forms_that_do_not_say_how_dates_are_written(form: str) -> None:
    assert date_form(form) is None
