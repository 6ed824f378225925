"""The reader of X12 837: held against an independent one, and against files that are cut, miscounted and broken."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_writers import Line, one_line_claims, to_837
from ruleproof.readers.claims import x12_segments
from ruleproof.readers.claims.lines import ClaimLine, Fault, Found, Refused, UnreadableError
from ruleproof.readers.claims.x12_claims import x12_lines

MODIFIERS = ("59", "91", "XS", "76")
CODES = ("C3411", "D479", "C8306", "Z853")


def some_lines(count: int) -> list[Line]:
    """Give lines with from none to four modifiers and diagnoses, with and without an identifier, of claims of three lines."""
    return [
        Line(
            f"S{row // 3:04}",
            row % 3 + 1,
            f"2024-{row % 12 + 1:02}-{row % 28 + 1:02}",
            f"81{row % 1000:03}",
            MODIFIERS[: row % 5],
            tuple(CODES[(row + place) % 4] for place in range(row % 4)),
            str(row % 7),
            ("81", "22", None)[row % 3],
            f"Z{row:04}" if row % 2 else None,
        )
        for row in range(count)
    ]


LINES = some_lines(12)
TEXT = to_837(LINES, "P", claims_of_a_set=2)


def read(text: str) -> list[Found]:
    return list(x12_lines(io.StringIO(text, newline="")))


def lines_of(text: str) -> list[ClaimLine]:
    return [item for item in read(text) if isinstance(item, ClaimLine)]


def refused(text: str) -> list[str]:
    return [f"{item.place} {item.claim}: {item.reason}" for item in read(text) if isinstance(item, Refused)]


def told(line: ClaimLine) -> dict[str, Any]:
    names = (
        "claim_id",
        "line_number",
        "procedure",
        "modifiers",
        "diagnoses",
        "service_date",
        "units",
        "z_code",
        "line_control",
    )
    return {name: line.told.get(name) for name in names}


def as_told(line: Line) -> dict[str, Any]:
    return {
        "claim_id": line.claim,
        "line_number": str(line.number),
        "procedure": line.procedure,
        "modifiers": line.modifiers,
        "diagnoses": line.diagnoses,
        "service_date": line.date,
        "units": line.units,
        "z_code": line.z_code,
        "line_control": f"{line.claim}.{line.number}",
    }


# ---------------------------------------------------------------- an independent reader


@pytest.mark.parametrize("kind", ["P", "I"])
def test_another_reader_finds_the_same(kind: str) -> None:
    context = pytest.importorskip("pyx12.x12context", reason="pyx12, the reader to compare with, is not installed")
    import pyx12.error_handler
    import pyx12.params

    lines = one_line_claims(some_lines(90)) if kind == "I" else some_lines(90)
    text = to_837(lines, kind)
    reader = context.X12ContextReader(pyx12.params.params(), pyx12.error_handler.errh_null(), io.StringIO(text))
    theirs = [
        _of_pyx12(claim, line, "SV1" if kind == "P" else "SV2")
        for claim in reader.iter_segments("2300")
        if claim.id == "2300"
        for line in claim.select("2400")
    ]
    assert len(theirs) == 90
    assert [told(line) for line in lines_of(text)] == theirs
    assert theirs == [as_told(line) for line in lines]


def _of_pyx12(claim: Any, line: Any, service: str) -> dict[str, Any]:
    part = f"{service}01" if service == "SV1" else f"{service}02"
    diagnoses = [
        code
        for segment in claim.select("HI")
        for place in range(1, 13)
        if (segment.get_value(f"HI{place:02}-01") or "") in ("ABK", "ABF")
        and (code := segment.get_value(f"HI{place:02}-02"))
    ]
    pointers = [line.get_value(f"SV107-0{place}") for place in range(1, 5)]
    pointed = [diagnoses[int(pointer) - 1] for pointer in pointers if pointer] if service == "SV1" else diagnoses
    date = line.get_value("DTP03")
    return {
        "claim_id": claim.get_value("CLM01"),
        "line_number": line.get_value("LX01"),
        "procedure": line.get_value(f"{part}-02"),
        "modifiers": tuple(code for place in range(3, 7) if (code := line.get_value(f"{part}-0{place}"))),
        "diagnoses": tuple(pointed),
        "service_date": f"{date[:4]}-{date[4:6]}-{date[6:]}",
        "units": line.get_value("SV104" if service == "SV1" else "SV205"),
        "z_code": line.get_value(f"{part}-07") or None,
        "line_control": line.get_value("REF02"),
    }


@pytest.mark.parametrize("kind", ["P", "I"])
def test_the_files_are_such_as_another_reader_accepts(kind: str) -> None:
    document = pytest.importorskip("pyx12.x12n_document", reason="pyx12, the reader to compare with, is not installed")
    import pyx12.params

    lines = [
        Line("S1", 1, "2024-06-03", "99213", MODIFIERS[:1], CODES[:2], "1", "81", "ZB123"),
        Line("S1", 2, "2024-06-03", "99213", (), CODES[1:2], "1", "81", None),
    ]
    text = to_837(lines, kind)
    assert document.x12n_document(pyx12.params.params(), io.StringIO(text), None, None, None) is True


# ---------------------------------------------------------------- what is read


def test_the_identifier_is_the_seventh_part_whatever_the_modifiers() -> None:
    for composite, modifiers, code in (
        ("HC:81455", (), None),
        ("HC:81455:::::ZB123", (), "ZB123"),
        ("HC:81455:59::::ZB123", ("59",), "ZB123"),
        ("HC:81455:59:91:XS:XU:ZB123", ("59", "91", "XS", "XU"), "ZB123"),
        ("HC:81455:59:91:XS:XU", ("59", "91", "XS", "XU"), None),
        ("HC:81455::91", ("91",), None),
    ):
        (line, *_) = lines_of(TEXT.replace("HC:81000", composite, 1))
        assert (line.told["procedure"], line.told["modifiers"], line.told["z_code"]) == ("81455", modifiers, code)


def test_who_bills_and_who_renders_and_who_pays() -> None:
    (line, *_) = lines_of(TEXT)
    said = {name: line.told[name] for name in ("billing_npi", "rendering_npi", "patient_id", "payer_id", "frequency")}
    assert said == {
        "billing_npi": "1234567893",
        "rendering_npi": "1234567893",
        "patient_id": "1S00A00AA00",
        "payer_id": "01112",
        "frequency": "1",
    }
    of_line = TEXT.replace(
        "REF*6R*S0000.1~\n", "REF*6R*S0000.1~\nNM1*82*1*ROE*J****XX*1999999992~\nREF*X4*S1D0000001~\n", 1
    )
    first, second, *_ = lines_of(of_line)
    assert (first.told["rendering_npi"], second.told["rendering_npi"]) == ("1999999992", "1234567893")
    assert (first.told["clia_number"], second.told.get("clia_number")) == ("S1D0000001", None)


def test_other_payers_of_a_claim_are_not_taken_for_its_own() -> None:
    others = "SBR*S*18*******CI~\nNM1*IL*1*ROE*J****MI*OTHER~\nNM1*PR*2*OTHER*****PI*OTHER~\nNM1*82*1~\nLX*1~"
    (line, *_) = lines_of(TEXT.replace("LX*1~", others, 1))
    assert (line.told["patient_id"], line.told["payer_id"]) == ("1S00A00AA00", "01112")
    assert line.told["rendering_npi"] == "1234567893"


def test_an_institutional_claim_has_its_own_fields() -> None:
    (line, *_) = lines_of(to_837(one_line_claims(LINES), "I"))
    said = [line.told[name] for name in ("type_of_bill", "revenue_code", "statement_from", "statement_to")]
    assert said == ["131", "0310", "2024-01-01", "2024-12-31"]


@pytest.mark.parametrize("signs", ["*:~", "|>\n", "*:~\r\n", "+^!", "*\\~\n\n"])
def test_delimiters_are_those_that_the_file_names(signs: str) -> None:
    text = to_837(LINES, "P", signs)
    assert [told(line) for line in lines_of(text)] == [as_told(line) for line in LINES]
    assert not refused(text)


def test_interchanges_follow_each_other_each_with_its_delimiters() -> None:
    text = "\ufeff" + to_837(LINES, "P") + "\n" + to_837(LINES, "P", "|>\n") + to_837(one_line_claims(LINES), "I")
    assert len(lines_of(text)) == 36
    assert not refused(text)


def test_the_last_terminator_may_be_left_out() -> None:
    assert read(TEXT.rstrip("~\n")) == read(TEXT)


def test_days_of_service() -> None:
    for written, first, last, day in (
        ("D8*20240131", "2024-01-31", "2024-01-31", "2024-01-31"),
        ("RD8*20240131-20240131", "2024-01-31", "2024-01-31", "2024-01-31"),
        ("RD8*20240131-20240203", "2024-01-31", "2024-02-03", "two days of service, 2024-01-31 and 2024-02-03"),
        ("D8*20240230", "is no day", "is no day", "is no day"),
        ("D8*2024013", "is no day", "is no day", "is no day"),
        ("D8*20240131-20240203", "is no day", "is no day", "is no day"),
        ("RD8*20240203-20240131", "ends before it begins", "ends before it begins", "ends before it begins"),
        ("DT*202401310800", "only `D8` and `RD8` are read", "only `D8`", "only `D8`"),
    ):
        (line, *_) = lines_of(TEXT.replace("DTP*472*D8*20240101", f"DTP*472*{written}", 1))
        for name, wanted in (("service_from", first), ("service_to", last), ("service_date", day)):
            found = line.told[name]
            assert found == wanted or (isinstance(found, Fault) and wanted in found.reason), (written, name)


# ---------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("HC:81000", "ER:81000", "procedure", "SV101-1 is `ER`, and only `HC` is read"),
        ("HC:81000", "ER:81000:::::ZB123", "z_code", "SV101-1 is `ER`, and only `HC` is read"),
        ("HC:81000", "HC:::::::", "modifiers", "SV101-2 has no procedure code"),
        ("HC:81000", "HC:81000:1:2:3:4:5:6:7", "z_code", "SV101 has 9 parts, and 8 at most"),
        ("50*UN*0*", "50*UN*1E3*", "units", "SV104 `1E3` is no number"),
        ("CLM*S0000*100***81:B:1", "CLM*S0000*100***13:A:1", "place_of_service", "CLM05-2 is `A`, and `B` is read in such a claim"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_read_matters_to_those_who_ask(old: str, new: str, field: str, reason: str) -> None:
    text = TEXT.replace(old, new, 1).replace("UN*0*81", "UN*0", 1)
    assert text != TEXT
    line = lines_of(text)[0]
    assert line.told[field] == Fault(reason)
    assert line.told["service_date"] == "2024-01-01"
    assert len(lines_of(text)) == 12


def test_pointers_and_diagnoses() -> None:
    claim = lines_of(TEXT)
    assert [line.told["diagnoses"] for line in claim[:3]] == [line.diagnoses for line in LINES[:3]]
    beyond = lines_of(TEXT.replace("SV1*HC:81001:59::::Z0001*50*UN*1*22**1", "SV1*HC:81001*50*UN*1*22**4", 1))
    assert beyond[1].told["diagnoses"] == Fault("SV107 points to diagnosis `4`, and the claim has 3")
    none = lines_of(TEXT.replace("SV1*HC:81001:59::::Z0001*50*UN*1*22**1", "SV1*HC:81001*50*UN*1*22**0", 1))
    assert none[1].told["diagnoses"] == Fault("SV107 points to diagnosis `0`, and the claim has 3")
    old = lines_of(TEXT.replace("HI*ABK:", "HI*BK:", 1))
    assert old[1].told["diagnoses"] == Fault("HI has a diagnosis of ICD-9 (`BK`)")
    assert old[0].told["diagnoses"] == ()


@pytest.mark.parametrize(
    ("old", "new", "said", "left"),
    [
        ("SE*", "SE*9", "SE01 says `9", 12),
        ("*0001~\nST*837*0002", "*0009~\nST*837*0002", "SE02 is `0009`, and ST02 is `0001`", 12),
        ("GE*2*1~", "GE*3*1~", "GE01 says `3` transaction sets, and there are 2", 12),
        ("GE*2*1~", "GE*2*7~", "GE02 is `7`, and GS06 is `1`", 12),
        ("IEA*1*000000001", "IEA*2*000000001", "IEA01 says `2` groups, and there are 1", 12),
        ("IEA*1*000000001", "IEA*1*000000002", "IEA02 is `000000002`, and ISA13 is `000000001`", 12),
        ("GE*2*1~\n", "", "group `1` has no GE: the interchange ends", 12),
        ("ST*837*0002*005010X222A1", "ST*835*0002*005010X221A1", "a transaction set `835`, and only 837 is read", 6),
        ("ST*837*0002*005010X222A1", "ST*837*0002*005010X224A2", "of version `005010X224A2`, and 005010X222 (837P)", 6),
        ("ST*837*0002*005010X222A1", "ST*837*0002*004010X098A1", "of version `004010X098A1`, and 005010X222 (837P)", 6),
        ("LX*2~\nSV1", "LX*2~\nSV2", "SV2 stands in a claim whose services are SV1", 11),
        ("LX*2~\n", "", "SV1 is a second service in the line", 9),
        ("LX*3~\n", "", "SV1 is a second service in the line", 10),
        ("LX*3~\n", "LX*3~\nLX*4~\n", "the line has no service", 12),
        ("LX*2~\n", "LX*9~\n", "LX01 is `9` after line 1 of the claim", 9),
        ("LX*2~\n", "LX*1~\n", "LX01 is `1` after line 1 of the claim", 9),
        ("LX*2~\n", "LX*2*3~\n", "LX has 2 elements, and 1 at most", 10),
        ("LX*2~\n", "LX*2~\nHI*ABK:C3411~\n", "HI stands inside a line", 10),
        ("LX*2~\n", "LX*2~\nSBR*P~\n", "SBR stands inside a line", 10),
        ("LX*2~\n", "LX*2~\nNM1*IL*1~\n", "NM1*IL stands inside a line", 10),
        ("SV1*HC:81000*", "SV1**", "SV101 is empty: the line has no procedure", 11),
        ("SV1*HC:81000*", "SV1|HC:81000|", "`SV1|HC:81000|50` is no segment of an 837", 9),
        ("HL*2*1*22*0", "HL*2*1*9*0", "HL03 is `9`", 12),
        ("REF*6R*S0000.1~", "REF*6R*S00\ufffd~", "REF holds letters that are not UTF-8", 11),
        ("HC:81001:59", "HC:8100\ufffd:59", "SV1 holds letters that are not UTF-8", 11),
        ("CLM*S0000*", "CLM*S00\ufffd0*", "CLM holds letters that are not UTF-8", 9),
        ("REF*6R*S0000.2~", "REF*6R*S0000\x00.2~", "a segment holds the control character U+0000", 10),
        ("REF*6R*S0000.2~", "REF*6R*S00\r\n00.2~", "a segment holds the control character U+000D", 10),
        ("CLM*S0000*", "CLM**", "CLM01 is empty: the claim has no number", 9),
        ("CLM*S0000*", "XXX*S0000*", "`XXX` is no segment of an 837", 9),
        ("HI*ABK", "HI|ABK", "`HI|ABK:D479` is no segment of an 837", 9),
        ("CLM*S0001*", "CLM*S0009*1***81:B:1~\nCLM*S0001*", "the claim has no line", 12),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_told_with_its_segment(old: str, new: str, said: str, left: int) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    reasons = refused(text)
    assert any(said in reason for reason in reasons), reasons
    assert len(lines_of(text)) == left
    numbers = [int(reason.partition(" ")[0]) for reason in reasons]
    assert all(1 <= number <= text.count("~") + 1 for number in numbers)
    assert numbers == sorted(numbers)


# Two people, each with a claim of two lines and diagnoses of their own.
_PEOPLE = "".join(
    f"HL*{who}*1*22*0~\nSBR*P*18*******MB~\nNM1*IL*1*DOE*J****MI*S{who}~\nNM1*PR*2*PAYER*****PI*P{who}~\n"
    f"CLM*A{who}*100***81:B:1*Y*A*Y*Y~\nHI*ABK:C34{who}1~\n"
    + "".join(
        f"LX*{line}~\nSV1*HC:8{who}00{line}*50*UN*1***1~\nDTP*472*D8*2024010{line}~\nREF*6R*A{who}.{line}~\n"
        for line in (1, 2)
    )
    for who in (2, 3)
)
TWO_PEOPLE = TEXT[: TEXT.index("HL*2*")] + _PEOPLE + "SE*99*0001~\nGE*1*1~\nIEA*1*000000001~\n"


def _damaged(segment: str) -> Iterator[str]:
    """Give a segment with its terminator as it may come out of a bad transfer."""
    name, rest = segment.partition("*")[0], segment.partition("*")[2]
    yield from (f"{name.lower()}*{rest}", f"{name} {rest}", f"{name}\0*{rest}", f"{name}*\0{rest}", f"X*{rest}")
    yield from (segment[:-1], f"{segment[:-1]}*{'x' * 20_000}~", f"{name}*\n{rest}", f"\ufffd{segment}", f"{name[:1]}~")


@pytest.mark.parametrize("name", ["CLM", "HL", "LX", "HI", "SBR", "NM1", "SV1", "DTP", "REF"])
def test_no_line_is_taken_for_that_of_another_claim_or_person(name: str) -> None:
    whole = {line.told["line_control"]: line.told for line in lines_of(TWO_PEOPLE)}
    assert [line["payer_id"] for line in whole.values()] == ["P2", "P2", "P3", "P3"]
    segments = [f"{segment}~" for segment in TWO_PEOPLE.replace("~\n", "~").split("~")[:-1]]
    after_first = next(place for place, segment in enumerate(segments) if segment.startswith("HL*2"))
    checked = 0
    for place, segment in enumerate(segments):
        if place < after_first or not segment.startswith(f"{name}*"):
            continue
        gone = [""] if name in ("CLM", "HL", "LX") else []
        for damaged in (*_damaged(segment), *gone):
            text = "".join((*segments[:place], damaged, *segments[place + 1 :]))
            for line in lines_of(text):
                right = whole[line.told["line_control"]]
                wrong = {key: value for key, value in line.told.items() if value != right.get(key)}
                assert all(isinstance(value, Fault) for value in wrong.values()), (damaged[:40], wrong)
                checked += 1
    assert checked > 10


def test_one_slip_anywhere_mixes_no_two_people() -> None:
    own = {who: {f"A{who}", f"S{who}", f"P{who}", f"C34{who}1"} for who in "23"}
    segments = [f"{segment}~" for segment in TWO_PEOPLE.split("~")[:-1]]
    begin = TWO_PEOPLE.index("HL*2*")
    texts = [TWO_PEOPLE[:place] + TWO_PEOPLE[place + 1 :] for place in range(begin, len(TWO_PEOPLE))]
    texts += [
        TWO_PEOPLE[:place] + sign + TWO_PEOPLE[place:] for place in range(begin, len(TWO_PEOPLE)) for sign in "~X"
    ]
    texts += ["".join(segments[:place] + segments[place + gone :]) for place in range(2, 40) for gone in (1, 2, 3)]
    seen = 0
    for text in texts:
        for line in lines_of(text):
            procedure = line.told.get("procedure")
            if isinstance(procedure, str) and procedure[:2] in ("82", "83"):
                other = own["3" if procedure[1] == "2" else "2"]
                for value in line.told.values():
                    assert not other.intersection(value if isinstance(value, tuple) else [value]), (text, line)
                seen += 1
    assert seen > 2 * len(texts)


def test_letters_that_are_no_text_matter_only_where_they_are_read() -> None:
    text = TEXT.replace("NM1*IL*1*DOE", "NM1*IL*1*M\ufffdLLER").replace("N4*TOWN", "N4*D\ufffdRF")
    assert [line.told for line in lines_of(text)] == [line.told for line in lines_of(TEXT)]
    assert not refused(text)


@pytest.mark.parametrize("ends", ["!", "~!~", "!~!", "~!"])
def test_interchanges_end_their_segments_as_they_like(ends: str) -> None:
    text = "".join(to_837(LINES, "P", f"*:{end}") for end in ends)
    assert [told(line) for line in lines_of(text)] == [as_told(line) for line in LINES] * len(ends)
    assert not refused(text)
    spaced = "\n".join(to_837(LINES, "P", f"*:{end}\n") for end in ends)
    assert [told(line) for line in lines_of(spaced)] == [as_told(line) for line in LINES] * len(ends)
    assert not refused(spaced)


@pytest.mark.parametrize(
    ("written", "pointed", "principal"),
    [
        ("HI*ABK:C3411*ABF:D479", ("C3411", "D479"), "C3411"),
        ("HI* ABK : C3411 * ABF:D479", ("C3411", "D479"), "C3411"),
        ("HI*ABF:C3411*ABK:D479", ("C3411", "D479"), "D479"),
        ("HI*ABK:C3411*ABF:D479~HI*BE:01:::5*BH:11*TC:X", ("C3411", "D479"), "C3411"),
        ("HI*ABK:C3411**ABF:D479", "HI has an empty element where a diagnosis is expected", "C3411"),
        ("HI*ABK:C3411*ABX:Z853*ABF:D479", "HI has the qualifier `ABX`, which is none that is known", "C3411"),
        ("HI*ABK:C3411*ABK:D479", ("C3411", "D479"), "HI has two principal diagnoses (`ABK`)"),
        ("HI*BK:1629*ABF:D479", "HI has a diagnosis of ICD-9 (`BK`)", "HI has a diagnosis of ICD-9 (`BK`)"),
        ("HI*x:1*ABF:D479", *["HI has the qualifier `x`, which is none that is known"] * 2),
        ("HI*ABF:C3411*ABF:D479", ("C3411", "D479"), None),
    ],
)  # fmt: skip
def test_diagnoses_keep_their_places(written: str, pointed: tuple[str, ...] | str, principal: str | None) -> None:
    line = Line("S1", 1, "2024-06-03", "81455", (), CODES[:2], "1", "81", None)
    text = to_837([line], "P").replace("HI*ABK:C3411*ABF:D479", written)
    (found,) = lines_of(text)
    assert found.told["diagnoses"] == (Fault(pointed) if isinstance(pointed, str) else pointed)
    is_fault = principal is not None and principal.startswith("HI ")
    assert found.told["principal_diagnosis"] == (Fault(str(principal)) if is_fault else principal)
    if not is_fault and isinstance(pointed, tuple) and principal:
        every = found.told["claim_diagnoses"]
        assert isinstance(every, tuple)
        assert every[0] == principal
        assert sorted(every) == sorted(pointed)


def test_the_number_is_that_of_the_segment() -> None:
    text = TEXT.replace("SV1*HC:81002", "SV1*HC:81002*", 1).replace("LX*3~\n", "LX*3~\nBAD SEGMENT~\n", 1)
    place = 1 + text[: text.index("LX*3~")].count("~")
    assert refused(text)[0] == f"{place} S0000: at segment {place + 1} `BAD SEGMENT` is no segment of an 837"


@pytest.mark.parametrize(
    "text", ["", "  \n", "hello", "ISA*00*", TEXT[3:], TEXT[:105], "ISA" + "A" * 200, TEXT.replace("*", "X")]
)
def test_what_is_no_x12_at_all_is_said(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("length", [20_000, 300_000])
def test_a_segment_without_end_is_passed_over_in_little_memory(length: int) -> None:
    text = TEXT.replace("LX*2~\n", "LX*2~\nNTE*ADD*" + "x" * length + "~\n", 1)
    assert any("a segment is longer than 16,384 characters" in reason for reason in refused(text))
    assert len(lines_of(text)) == 10


# ---------------------------------------------------------------- cut and broken files


@pytest.mark.parametrize("text", [TEXT, to_837(one_line_claims(LINES[:5]), "I")])
def test_a_file_cut_anywhere_gives_what_was_whole(text: str) -> None:
    whole = lines_of(text)
    for end in range(106, len(text)):
        found = read(text[:end])
        lines = [item for item in found if isinstance(item, ClaimLine)]
        assert lines == whole[: len(lines)]
        begun = sum(piece.strip().startswith("LX*") for piece in text[:end].split("~")[:-1])
        assert begun - 1 <= len(lines) <= begun
        assert len(found) >= begun
        if "IEA*" not in text[: end + 1]:
            assert isinstance(found[-1], Refused)
            assert "has no IEA: the file ends" in found[-1].reason


class _Endless:
    """A file that is written while it is read, so that it takes no memory."""

    def __init__(self, count: int) -> None:
        self._parts = self._text(count)

    @staticmethod
    def _text(count: int) -> Iterator[str]:
        start, end = TEXT.index("CLM*S0000"), TEXT.index("CLM*S0001")
        yield TEXT[:start]
        for _ in range(count):
            yield TEXT[start:end]

    def read(self, size: int, /) -> str:
        return "".join(part for _, part in zip(range(size // 400), self._parts, strict=False))


def test_memory_does_not_grow_with_the_file() -> None:
    peaks = []
    for count in (500, 3000):
        tracemalloc.start()
        assert sum(isinstance(item, ClaimLine) for item in x12_lines(_Endless(count))) == 3 * count - 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2 + 100_000


SPLINTERS = st.sampled_from(
    ["~", "*", ":", "\n", "LX*1~", "SE*1*1~", "CLM*A*1~", "ST*837*1~", "SV1*HC:1~", "HI*ABK:1~", "\0", "é", "ISA*"]
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_broken_file_never_loses_a_line(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(106, len(text)))
        gone = data.draw(st.sampled_from([0, 0, 1, 2, 40]))
        text = text[:place] + data.draw(SPLINTERS | st.text(max_size=5)) + text[place + gone :]
    found = read(text)
    begun = sum(piece.strip(" \t\r\n\ufeff").startswith("LX*") for piece in text.split("~")[:-1])
    if "ISA" not in text[106:]:
        assert sum(item.place > 0 for item in found) >= begun
    assert all(isinstance(item, ClaimLine | Refused) for item in found)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), headed=st.booleans())
def test_any_text_is_read_or_refused(text: str, headed: bool) -> None:
    try:
        found = read(TEXT[:106] + text if headed else text)
    except UnreadableError:
        assert not headed
    else:
        assert all(isinstance(item, Refused) for item in found)


def test_pieces_of_any_size_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(TEXT)
    for size in (1, 7, 106, 107, 500):
        monkeypatch.setattr(x12_segments, "_PIECE", size)
        assert read(TEXT) == whole


def test_every_segment_of_an_837_is_known() -> None:
    maps = pytest.importorskip("pyx12", reason="pyx12, the reader to compare with, is not installed")
    from xml.etree import ElementTree

    folder = Path(maps.__file__).parent / "map"
    for name in ("837.5010.X222.A1.xml", "837Q3.I.5010.X223.A1.v2.xml"):
        there = {str(item.get("xid")) for item in ElementTree.parse(folder / name).iter("segment")}
        assert len(there) > 30
        for segment in there - {"ISA", "GS", "ST", "SE", "GE", "IEA"}:
            text = TEXT.replace("LX*1~", f"{segment}*x~\nLX*1~", 1)
            assert not any("is no segment" in reason for reason in refused(text)), segment
