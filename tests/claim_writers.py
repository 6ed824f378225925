"""Made-up claim lines, written as the trade keeps them: flat CSV, RIF, X12 837P and 837I, FHIR Claim and ExplanationOfBenefit.

Identifiers are such as no person and no provider has.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ruleproof.runtime.load import LoadedPolicy

LINES_OF_A_CLAIM = 3
Z_CODES = "urn:made-up:z-code"

POLICY = """policy trade "Lines of claims"

source article
  authority is binding
  revision Rev 1 published 2024-01-10 services from 2024-01-01

input service_date is date from 2024-01-01
input billed is code of cpt
input modifiers are codes of modifier, may be missing
input diagnoses are codes of icd10cm, may be missing
input units is whole number from 0 to 999
input place is code of place, may be missing
input tag is code like "Z" then 4 letters or digits, may be missing
input genes is whole number from 1 to 60
input tissue is one of solid_organ, marrow

cannot happen X1 when tissue is marrow and genes is at most 4
  because "marrow panels start at five genes"

codes panels of cpt
  start CPT 81445, CPT 81455 services from 2024-01-01
codes cancer of icd10cm
  start ICD C34.11, ICD D47.9 services from 2024-01-01
  start ICD C83.06 services from 2024-06-01
codes repeats of modifier
  start MOD 76, MOD 91 services from 2024-01-01

decision code "code to report" gives one of CPT 81445, CPT 81455
rule S for code when genes is at most 50 and tissue is solid_organ
  then report CPT 81445
rule L for code when genes is more than 50 and tissue is solid_organ
  then report CPT 81455
rule M for code when tissue is marrow
  then report CPT 81455

require T1 that tag is present
  else reject "CO-16" "add the identifier"
require T2 that units is 1
  else pend
require T3 that diagnoses any in cancer
  else pend
require T4 that billed is in panels
  else reject "CO-16"
require T5 that modifiers none in repeats
  else pend
require T6 that place is one of (POS 81, POS 22) or place is missing
  else pend
"""

CATALOGUE_KEYS = ("genes", "tissue")


@dataclass(frozen=True)
class Line:
    """One claim line as bills have it: bare codes, texts as they are, nothing where there is none."""

    claim: str
    number: int
    date: str | None
    procedure: str | None
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    """Without points."""
    units: str | None
    place: str | None
    z_code: str | None


@dataclass(frozen=True)
class Made:
    """Claims as a plain table, the same as bills have them, and the catalogue that says what an identifier stands for."""

    facts: tuple[dict[str, object], ...]
    lines: tuple[Line, ...]
    catalogue: str


def made_claims(
    policy: LoadedPolicy, count: int, faults: float = 0.03, lines_of_a_claim: int = LINES_OF_A_CLAIM
) -> Made:
    """Make up claims of the policy above; what only a catalogue tells is unknown where the identifier is missing."""
    ids: dict[tuple[object, object], str] = {}
    facts: list[dict[str, object]] = []
    lines: list[Line] = []
    for row, made in enumerate(policy.generate(count, seed=7, faults=faults)):
        claim = dict(made.facts)
        for name in ("modifiers", "diagnoses"):
            value = claim[name]
            claim[name] = value[:4] if isinstance(value, tuple) else value
        pair = (claim.pop("genes"), claim.pop("tissue"))
        good = type(pair[0]) is int and 1 <= pair[0] <= 60 and pair[1] in ("solid_organ", "marrow")
        is_code = isinstance(claim["tag"], str) and len(claim["tag"]) == 5 and claim["tag"].isupper()
        if is_code and good:
            claim["tag"] = ids.setdefault(pair, f"Z{len(ids):04}")
            claim |= dict(zip(CATALOGUE_KEYS, pair, strict=True))
        elif is_code:
            claim["tag"] = "ZZZZZ"  # not in the catalogue
        facts.append(claim)
        lines.append(_line(claim, f"S{row // lines_of_a_claim:06}", row % lines_of_a_claim + 1))
    rows = [f"{code},{genes},{tissue}\n" for (genes, tissue), code in ids.items()]
    return Made(tuple(facts), tuple(lines), "".join(["z_code,genes,tissue\n", *rows]))


def _line(claim: dict[str, object], number: str, line: int) -> Line:
    day = claim["service_date"]
    date = day.isoformat() if isinstance(day, datetime.date) else _text(day)
    return Line(
        number,
        line,
        date,
        _bare(claim["billed"]),
        _bares(claim["modifiers"]),
        tuple(code.replace(".", "") for code in _bares(claim["diagnoses"])),
        _text(claim["units"]),
        _bare(claim["place"]),
        _text(claim["tag"]),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _bare(code: object) -> str | None:
    return None if code is None else str(code).rpartition(" ")[2]


def _bares(codes: object) -> tuple[str, ...]:
    return tuple(str(code).rpartition(" ")[2] for code in codes) if isinstance(codes, tuple) else ()


def one_line_claims(lines: Sequence[Line]) -> list[Line]:
    """Give each line a claim of its own, as institutional claims need, whose lines share the diagnoses."""
    return [replace(line, claim=f"{line.claim}-{line.number}", number=1) for line in lines]


def plain_table(facts: Sequence[dict[str, object]], without: Sequence[str] = ()) -> str:
    """Write the inputs themselves, one object a line."""
    rows = [{name: value for name, value in claim.items() if name not in without} for claim in facts]
    return "".join(json.dumps(row, default=str) + "\n" for row in rows)


# ---------------------------------------------------------------- columns


def to_csv(lines: Sequence[Line]) -> str:
    """Write a table of a billing system: dates as 03 Jun 2024, lists between blanks."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["Claim", "Line", "DOS", "CPT", "Mods", "Dx", "Qty", "POS", "DEX"])
    for line in lines:
        row = [line.claim, line.number, _form(line.date, "%d %b %Y"), line.procedure, " ".join(line.modifiers)]
        row += [" ".join(line.diagnoses), line.units, line.place, line.z_code]
        writer.writerow(["" if value is None else value for value in row])
    return stream.getvalue()


def _form(date: str | None, form: str) -> str:
    """Write a date in a form; what is no date stays as it is."""
    try:
        return datetime.date.fromisoformat(date or "").strftime(form)
    except ValueError:
        return date or ""


_MODIFIERS = ("HCPCS_1ST_MDFR_CD", "HCPCS_2ND_MDFR_CD", "HCPCS_3RD_MDFR_CD", "HCPCS_4TH_MDFR_CD")


def _rif(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> str:
    return "".join(
        "|".join(row.get(name, "") for name in columns) + "\n" for row in [{name: name for name in columns}, *rows]
    )


def to_carrier(lines: Sequence[Line]) -> str:
    """Write a carrier file, with a column for the test identifier, which the layout has not; one diagnosis for each line."""
    columns = ["DML_IND", "BENE_ID", "CLM_ID", "CLM_FROM_DT", "CLM_THRU_DT", "CARR_NUM", "PRNCPAL_DGNS_CD"]
    columns += ["PRNCPAL_DGNS_VRSN_CD", "LINE_NUM", "LINE_SRVC_CNT", "LINE_PLACE_OF_SRVC_CD", "LINE_1ST_EXPNS_DT"]
    columns += ["LINE_LAST_EXPNS_DT", "HCPCS_CD", *_MODIFIERS, "LINE_ICD_DGNS_CD", "LINE_ICD_DGNS_VRSN_CD", "MY_Z_CODE"]
    rows = []
    for line in lines:
        date, diagnosis = _form(line.date, "%d-%b-%Y"), (*line.diagnoses, "")[0]
        row = {"DML_IND": "INSERT", "BENE_ID": "-1", "CLM_ID": line.claim, "LINE_NUM": str(line.number)}
        row |= {
            "CARR_NUM": "01112",
            "LINE_1ST_EXPNS_DT": date,
            "LINE_LAST_EXPNS_DT": date,
            "HCPCS_CD": line.procedure or "",
        }
        row |= {"LINE_SRVC_CNT": line.units or "", "LINE_PLACE_OF_SRVC_CD": line.place or " "}
        row |= {
            "LINE_ICD_DGNS_CD": diagnosis,
            "LINE_ICD_DGNS_VRSN_CD": "0" if diagnosis else "",
            "MY_Z_CODE": line.z_code or "",
        }
        rows.append(row | dict(zip(_MODIFIERS, line.modifiers, strict=False)))
    return _rif(rows, columns)


def to_outpatient(lines: Sequence[Line]) -> str:
    """Write an outpatient file: the diagnoses are those of the claim."""
    codes = [f"ICD_DGNS_CD{number}" for number in range(1, 6)]
    versions = [f"ICD_DGNS_VRSN_CD{number}" for number in range(1, 6)]
    columns = ["DML_IND", "BENE_ID", "CLM_ID", "CLM_FROM_DT", "CLM_THRU_DT", "FI_NUM", "ORG_NPI_NUM", "PRNCPAL_DGNS_CD"]
    columns += [
        "PRNCPAL_DGNS_VRSN_CD",
        *(name for pair in zip(codes, versions, strict=True) for name in pair),
        "CLM_LINE_NUM",
    ]
    columns += ["REV_CNTR", "REV_CNTR_DT", "HCPCS_CD", *_MODIFIERS, "REV_CNTR_UNIT_CNT", "MY_Z_CODE"]
    rows = []
    for line in lines:
        row = {
            "DML_IND": "INSERT",
            "BENE_ID": "-1",
            "CLM_ID": line.claim,
            "CLM_LINE_NUM": str(line.number),
            "REV_CNTR": "0310",
        }
        row |= {
            "REV_CNTR_DT": _form(line.date, "%d-%b-%Y"),
            "HCPCS_CD": line.procedure or "",
            "MY_Z_CODE": line.z_code or "",
        }
        row |= {"REV_CNTR_UNIT_CNT": line.units or "", "PRNCPAL_DGNS_CD": (*line.diagnoses, "")[0]}
        row |= dict(zip(codes, line.diagnoses, strict=False)) | dict.fromkeys(versions[: len(line.diagnoses)], "0")
        rows.append(row | dict(zip(_MODIFIERS, line.modifiers, strict=False)))
    return _rif(rows, columns)


# ---------------------------------------------------------------- X12

CLAIMS_OF_A_SET = 500


def to_837(lines: Sequence[Line], kind: str, signs: str = "*:~\n", claims_of_a_set: int = CLAIMS_OF_A_SET) -> str:
    """Write 837P or 837I: several transaction sets; `signs` are the three delimiters, and what follows a segment."""
    element, part, end, after = signs[0], signs[1], signs[2], signs[3:]
    version = "005010X222A1" if kind == "P" else "005010X223A2"
    isa = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "SENDER".ljust(15), "ZZ", "RECEIVER".ljust(15)]
    isa += ["240603", "1200", "^", "00501", "000000001", "0", "T", part]
    claims = [list(group) for _, group in groupby(lines, key=lambda line: line.claim)]
    sets = [claims[start : start + claims_of_a_set] for start in range(0, len(claims), claims_of_a_set)]
    segments = [isa, ["GS", "HC", "SENDER", "RECEIVER", "20240603", "1200", "1", "X", version]]
    for number, some in enumerate(sets, 1):
        segments += _set(f"{number:04}", version, some, kind, part)
    segments += [["GE", str(len(sets)), "1"], ["IEA", "1", "000000001"]]
    return "".join(element.join(segment) + end + after for segment in segments)


def _set(control: str, version: str, claims: Sequence[list[Line]], kind: str, part: str) -> list[list[str]]:
    segments = [
        ["ST", "837", control, version],
        ["BHT", "0019", "00", control, "20240603", "1200", "CH"],
        ["NM1", "41", "2", "LAB", "", "", "", "", "46", "S1"],
        ["PER", "IC", "DESK", "TE", "5555550100"],
        ["NM1", "40", "2", "PAYER", "", "", "", "", "46", "S2"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "85", "2", "LAB", "", "", "", "", "XX", "1234567893"],
        ["N3", "1 ROAD"],
        ["N4", "TOWN", "CA", "900010001"],
        ["REF", "EI", "000000001"],
        ["HL", "2", "1", "22", "0"],
        ["SBR", "P", "18", "", "", "", "", "", "", "MB"],
        ["NM1", "IL", "1", "DOE", "J", "", "", "", "MI", "1S00A00AA00"],
        ["N3", "1 ROAD"],
        ["N4", "TOWN", "CA", "900010001"],
        ["DMG", "D8", "19500101", "U"],
        ["NM1", "PR", "2", "PAYER", "", "", "", "", "PI", "01112"],
    ]
    for lines in claims:
        segments += _claim(lines, kind, part)
    return [*segments, ["SE", str(len(segments) + 1), control]]


def _claim(lines: Sequence[Line], kind: str, part: str) -> Iterator[list[str]]:
    diagnoses = list(dict.fromkeys(code for line in lines for code in line.diagnoses))
    first = lines[0]
    if kind == "P":
        yield ["CLM", first.claim, "100", "", "", part.join(("81", "B", "1")), "Y", "A", "Y", "Y"]
    else:
        yield ["CLM", first.claim, "100", "", "", part.join(("13", "A", "1")), "", "A", "Y", "Y"]
        yield ["DTP", "434", "RD8", "20240101-20241231"]
        yield ["CL1", "1", "1", "01"]
    if kind == "P" and diagnoses:
        yield ["HI", *(part.join(("ABF" if place else "ABK", code)) for place, code in enumerate(diagnoses))]
    elif diagnoses:
        yield ["HI", part.join(("ABK", diagnoses[0]))]
        if diagnoses[1:]:
            yield ["HI", *(part.join(("ABF", code)) for code in diagnoses[1:])]
    if kind == "P":
        yield ["NM1", "82", "1", "DOE", "J", "", "", "", "XX", "1234567893"]
    for line in lines:
        yield ["LX", str(line.number)]
        yield _service(line, kind, part, diagnoses)
        if line.date:
            yield ["DTP", "472", "D8", _form(line.date, "%Y%m%d")]
        yield ["REF", "6R", f"{line.claim}.{line.number}"]


def _service(line: Line, kind: str, part: str, diagnoses: Sequence[str]) -> list[str]:
    parts = ["HC", line.procedure or "", *line.modifiers, *[""] * (4 - len(line.modifiers)), line.z_code or ""]
    composite = part.join(parts).rstrip(part)
    units = [] if line.units is None else ["UN", line.units]
    if kind == "I":
        return ["SV2", "0310", composite, "50", *units]
    pointers = part.join(str(diagnoses.index(code) + 1) for code in line.diagnoses)
    tail = [*(units or ["", ""]), line.place or "", "", pointers]
    while tail and not tail[-1]:
        tail.pop()
    return ["SV1", composite, "50", *tail]


# ---------------------------------------------------------------- FHIR


def to_fhir(lines: Sequence[Line], kind: str) -> str:
    """Write one Claim, or ExplanationOfBenefit, on each line; one keeps the identifier in `supportingInfo`, one in the item."""
    groups = groupby(lines, key=lambda line: line.claim)
    return "".join(json.dumps(fhir_claim(list(group), kind)) + "\n" for _, group in groups)


def fhir_claim(lines: Sequence[Line], kind: str) -> dict[str, Any]:
    """Give a claim with its lines."""
    diagnoses = list(dict.fromkeys(code for line in lines for code in line.diagnoses))
    claim: dict[str, Any] = {"resourceType": kind, "id": lines[0].claim, "status": "active", "use": "claim"}
    claim["patient"] = {"reference": "Patient/S1"}
    claim["diagnosis"] = [
        {"sequence": number, "diagnosisCodeableConcept": _concept(code, "http://hl7.org/fhir/sid/icd-10-cm")}
        for number, code in enumerate(diagnoses, 1)
    ]
    claim["item"] = [_item(line, kind, diagnoses) for line in lines]
    if kind == "Claim":
        claim["supportingInfo"] = [
            {"sequence": line.number, "category": _concept("z-code", "urn:made-up"), "valueString": line.z_code}
            for line in lines
            if line.z_code
        ]
    return claim


def _item(line: Line, kind: str, diagnoses: Sequence[str]) -> dict[str, Any]:
    item: dict[str, Any] = {"sequence": line.number, "modifier": [_concept(code, "urn:mod") for code in line.modifiers]}
    if line.procedure is not None:
        item["productOrService"] = _concept(line.procedure, "http://www.ama-assn.org/go/cpt")
    if line.diagnoses:
        item["diagnosisSequence"] = [diagnoses.index(code) + 1 for code in line.diagnoses]
    if line.date and kind == "Claim":
        item["servicedDate"] = line.date
    elif line.date:
        item["servicedPeriod"] = {"start": line.date, "end": line.date}
    if line.units is not None:
        item["quantity"] = {"value": int(line.units) if line.units.lstrip("-").isdigit() else line.units}
    if line.place is not None:
        item["locationCodeableConcept"] = _concept(line.place, "urn:pos")
    if line.z_code and kind == "Claim":
        item["informationSequence"] = [line.number]
    elif line.z_code:
        item["extension"] = [{"url": Z_CODES, "valueString": line.z_code}]
    return item


def _concept(code: str, system: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


# ---------------------------------------------------------------- mappings

_FROM_CATALOGUE = """
[inputs.genes]
from = "{z_code}"
lookup = {{ file = "tests.csv", key = "z_code", gives = "genes" }}
others = "unknown"
empty = "unknown"

[inputs.tissue]
from = "{z_code}"
lookup = {{ file = "tests.csv", key = "z_code", gives = "tissue" }}
others = "unknown"
empty = "unknown"
"""

_COMMON = """format = "{format}"

[inputs]
service_date = "service_date"
billed = {{ from = "procedure", prefix = "CPT" }}
modifiers = {{ from = "modifiers", prefix = "MOD" }}
diagnoses = {{ from = "diagnoses", prefix = "ICD", point_after = 3 }}
units = "units"
{place}tag = "{z_code}"
"""

PLACE = 'place = { from = "place_of_service", prefix = "POS" }\n'


def mapping_of(format: str, z_code: str = "z_code", place: bool = True) -> str:
    """Write the mapping of a format."""
    told = _COMMON.format(format=format, z_code=z_code, place=PLACE if place else "")
    return told + _FROM_CATALOGUE.format(z_code=z_code)


FLAT_MAPPING = """keep = ["Claim", "Line"]

[inputs]
service_date = { from = "DOS", date = "DD MON YYYY" }
billed = { from = "CPT", prefix = "CPT" }
modifiers = { from = "Mods", split = " ", prefix = "MOD" }
diagnoses = { from = "Dx", split = " ", prefix = "ICD", point_after = 3 }
units = "Qty"
place = { from = "POS", prefix = "POS" }
tag = "DEX"
""" + _FROM_CATALOGUE.format(z_code="DEX")

FHIR_CLAIM_MAPPING = (
    mapping_of("fhir")
    + """
[fhir.fields]
z_code = "supportingInfo[category.coding.code=z-code].valueString"
"""
)

FHIR_BENEFIT_MAPPING = (
    mapping_of("fhir")
    + f"""
[fhir.fields]
z_code = "item.extension[url={Z_CODES}].valueString"
"""
)
