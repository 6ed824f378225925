"""Claims as the trade keeps them: ten thousand lines travel through each format, and the answers are those of a plain table."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="the extra `columns` is not installed")

from claim_writers import (
    FHIR_BENEFIT_MAPPING,
    FHIR_CLAIM_MAPPING,
    FLAT_MAPPING,
    POLICY,
    Line,
    Made,
    made_claims,
    mapping_of,
    one_line_claims,
    plain_table,
    to_837,
    to_carrier,
    to_csv,
    to_fhir,
    to_outpatient,
)
from ruleproof.cli.claim_files import mapped_lines
from ruleproof.cli.claim_files.judging import Job, judge_files
from ruleproof.cli.failures import Failure
from ruleproof.compiled import Compiled
from ruleproof.pipeline import compile_source
from ruleproof.runtime.load import LoadedPolicy, load
from ruleproof.source import source_from_text

COUNT = 10_000
BROKEN = 9

ANSWERS = ("code", "code.kind", "code.force", "code.rules", "code.needed", "findings", "not_checked", "consequence")


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    found = compile_source(source_from_text(POLICY, "trade.policy"))
    assert isinstance(found, Compiled)
    assert not found.errors
    return found


@pytest.fixture(scope="module")
def made(compiled: Compiled) -> Made:
    return made_claims(LoadedPolicy(compiled), COUNT)


Rows = dict[int, dict[str, str]]


@pytest.fixture(scope="module")
def plain(
    compiled: Compiled, made: Made, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, ...], bool], tuple[Rows, Rows]]:
    """Give the answers to the plain table, without some inputs, and with one diagnosis for each line on demand."""
    folder = tmp_path_factory.mktemp("plain")

    @cache
    def answered(untold: tuple[str, ...], one: bool) -> tuple[Rows, Rows]:
        facts = list(made.facts)
        if one:
            facts = [claim | {"diagnoses": claim["diagnoses"] and claim["diagnoses"][:1]} for claim in facts]  # type: ignore[index]
        return judged(compiled, folder, f"plain{len(untold)}{one}.ndjson", plain_table(facts, untold), None)

    return answered


def rows_of(path: Path) -> Rows:
    """Give the rows of a CSV file by their numbers."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert "row" in header
    place = header.index("row")
    return {int(row[place]): dict(zip(header, row, strict=True)) for row in rows}


def judged(compiled: Compiled, folder: Path, name: str, text: str, mapping: str | None) -> tuple[Rows, Rows]:
    """Give the answers and the rejects of a file, by the numbers of their rows."""
    (folder / name).write_text(text, encoding="utf-8", newline="")
    columns = None
    if mapping is not None:
        columns = folder / f"{name}.toml"
        columns.write_text(mapping, encoding="utf-8")
    out, bad = folder / f"{name}.out.csv", folder / f"{name}.bad.csv"
    job = Job(folder / "trade.policy", (folder / name,), out, bad, columns=columns)
    counts = judge_files(compiled, job).counts
    answers, rejects = rows_of(out), rows_of(bad)
    assert (counts.rows, counts.judged, counts.rejected) == (len(answers) + len(rejects), len(answers), len(rejects))
    return answers, rejects


Write = Callable[[list[Line]], str]

FORMATS: dict[str, tuple[str, Write, str, tuple[str, ...], bool]] = {
    "flat": ("claims.csv", to_csv, FLAT_MAPPING, (), False),
    "carrier": ("carrier.txt", to_carrier, mapping_of("rif", "MY_Z_CODE"), (), False),
    "outpatient": ("outpatient.txt", to_outpatient, mapping_of("rif", "MY_Z_CODE", place=False), ("place",), True),
    "837P": ("claims.837p", lambda lines: to_837(lines, "P"), mapping_of("x12"), (), False),
    "837I": ("claims.837i", lambda lines: to_837(lines, "I"), mapping_of("x12", place=False), ("place",), True),
    "Claim": ("claims.ndjson", lambda lines: to_fhir(lines, "Claim"), FHIR_CLAIM_MAPPING, (), False),
    "Benefit": ("eob.ndjson", lambda lines: to_fhir(lines, "ExplanationOfBenefit"), FHIR_BENEFIT_MAPPING, (), False),
}
"""Of each format: a file, its writer, its mapping, the inputs that it does not tell, and whether lines share diagnoses."""


@pytest.mark.parametrize("format", FORMATS)
def test_claims_travel_through_each_format(
    compiled: Compiled, made: Made, plain: Callable[..., tuple[Rows, Rows]], tmp_path: Path, format: str
) -> None:
    name, write, mapping, untold, alone = FORMATS[format]
    (tmp_path / "tests.csv").write_text(made.catalogue, encoding="utf-8")
    wanted = one_line_claims(made.lines) if alone else list(made.lines)
    known, refused = plain(untold, format == "carrier")
    answers, rejects = judged(compiled, tmp_path, name, write(wanted), mapping)
    assert 200 < len(refused) < COUNT / 2
    assert rejects.keys() == refused.keys()
    assert {row: item["input"] for row, item in rejects.items()} == {
        row: item["input"] for row, item in refused.items()
    }
    said = {row: [item[word] for word in ANSWERS] for row, item in answers.items()}
    assert said == {row: [item[word] for word in ANSWERS] for row, item in known.items()}
    kept = ("Claim", "Line") if format == "flat" else ("claim_id", "line_number")
    assert all(
        (answers[row][kept[0]], answers[row][kept[1]]) == (wanted[row - 1].claim, str(wanted[row - 1].number))
        for row in answers
    )


def test_the_claims_hit_what_there_is_to_hit(made: Made, plain: Callable[..., tuple[Rows, Rows]]) -> None:
    answers, _ = plain((), False)
    rules = {rule for row in answers.values() for rule in (row["code.rules"] or "").split(", ")}
    failed = {name for row in answers.values() for name in (row["findings"] or "").split(", ")}
    assert rules >= {"S", "L", "M"}
    assert failed >= {"T1", "T2", "T3", "T4", "T5", "T6"}
    assert sum(line.z_code is not None and len(line.modifiers) == 4 for line in made.lines) > 100


SMALL = {
    "837P": lambda made: to_837(made.lines[:9], "P").encode(),
    "837I": lambda made: to_837(one_line_claims(made.lines[:9]), "I").encode(),
    "Claim": lambda made: to_fhir(made.lines[:9], "Claim").encode(),
    "Benefit": lambda made: to_fhir(made.lines[:9], "ExplanationOfBenefit").encode(),
    "carrier": lambda made: to_carrier(made.lines[:9]).encode(),
    "outpatient": lambda made: to_outpatient(one_line_claims(made.lines[:9])).encode(),
    "flat": lambda made: to_csv(made.lines[:9]).encode(),
}
SPLINTERS = (b"", b"~", b"*", b":", b"|", b"\n", b"\xff", b"\0", b'"', b"{", b"]", b"\\ud800", b",", b"1", b"Z", b"\r")


@pytest.mark.parametrize("format", SMALL)
def test_broken_files_are_judged_as_far_as_they_can_be(
    compiled: Compiled, made: Made, tmp_path: Path, format: str
) -> None:
    """Every row is judged or rejected, or the file is refused in a sentence; nothing else ever comes of it."""
    (tmp_path / "tests.csv").write_text(made.catalogue, encoding="utf-8")
    name, _, mapping, _, _ = FORMATS[format]
    columns = tmp_path / "map.toml"
    columns.write_text(mapping, encoding="utf-8")
    whole, chance, reached = SMALL[format](made), random.Random(4), 0
    for _ in range(BROKEN):
        text = whole
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(text))
            text = text[:place] + chance.choice(SPLINTERS) + text[place + chance.choice((0, 0, 1, 3, 60)) :]
        (tmp_path / name).write_bytes(text)
        out, bad = tmp_path / "out.ndjson", tmp_path / "bad.csv"
        job = Job(tmp_path / "t.policy", (tmp_path / name,), out, bad, columns=columns)
        with suppress(Failure):
            counts = judge_files(compiled, job).counts
            reached += 1
            assert counts.rows == counts.judged + counts.rejected
            assert counts.judged == len(out.read_bytes().splitlines())
            with bad.open(encoding="utf-8", newline="") as stream:
                rejects = list(csv.DictReader(stream))
            assert counts.rejected == len(rejects)
            assert all(row["reason"] for row in rejects)
    assert reached > BROKEN / 3


def test_a_bundle_is_read_whole(compiled: Compiled, made: Made, tmp_path: Path) -> None:
    (tmp_path / "tests.csv").write_text(made.catalogue, encoding="utf-8")
    claims = [json.loads(line) for line in to_fhir(made.lines[:300], "Claim").splitlines()]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claim} for claim in claims]}
    alone = judged(compiled, tmp_path, "alone.ndjson", to_fhir(made.lines[:300], "Claim"), FHIR_CLAIM_MAPPING)
    together = judged(compiled, tmp_path, "bundle.json", json.dumps(bundle, indent=1), FHIR_CLAIM_MAPPING)
    assert together[0] == alone[0]
    assert together[1].keys() == alone[1].keys()


def test_several_processes_answer_the_same(
    compiled: Compiled, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped_lines, "LINES_OF_A_BATCH", 200)
    (tmp_path / "tests.csv").write_text(made.catalogue, encoding="utf-8")
    columns = tmp_path / "map.toml"
    columns.write_text(mapping_of("x12"), encoding="utf-8")
    (tmp_path / "claims.837").write_text(to_837(made.lines[:1000], "P"), encoding="utf-8")
    told = []
    for cores in (1, 2):
        paths = tmp_path / f"{cores}.ndjson", tmp_path / f"{cores}.csv"
        judge_files(
            compiled, Job(tmp_path / "t.policy", (tmp_path / "claims.837",), *paths, cores=cores, columns=columns)
        )
        told.append([path.read_bytes() for path in paths])
    assert told[0] == told[1]
    assert len(told[0][0].splitlines()) > 900


def test_the_bundled_mapping_fits_its_policy(made: Made, tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "policies" / "tumor_ngs"
    policy = load(folder / "tumor_ngs.policy")
    (tmp_path / "claims.837").write_text(to_837(made.lines[:30], "P"), encoding="utf-8")
    mapping, out = folder / "claims" / "x12.toml", tmp_path / "out.ndjson"
    job = Job(folder / "tumor_ngs.policy", (tmp_path / "claims.837",), out, tmp_path / "bad.csv", columns=mapping)
    counts = judge_files(policy.compiled, job).counts
    assert counts.rows == 30
    assert counts.judged > 20
