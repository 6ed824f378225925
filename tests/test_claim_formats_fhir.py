"""The reader of FHIR claims: what each part tells, what is refused, and resources of any shape."""

# ruff: noqa: E501 - a case of a table of cases is a line

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_writers import Line, fhir_claim
from ruleproof.cli.claims import parsed_json
from ruleproof.readers.claims.fhir import fhir_lines
from ruleproof.readers.claims.fhir_paths import path_from_text
from ruleproof.readers.claims.fields import fields_of
from ruleproof.readers.claims.lines import ClaimLine, Fault, Found, Refused
from ruleproof.readers.claims.mapping import ColumnMapping

LINES = [
    Line("S1", 1, "2024-06-03", "81445", ("59", "91"), ("C3411", "D479"), "1", "81", "ZB123"),
    Line("S1", 2, "2024-06-04", "81455", (), ("D479",), "2", None, None),
]
CLAIM = fhir_claim(LINES, "Claim")
BENEFIT = fhir_claim(LINES, "ExplanationOfBenefit")


def mapping(systems: dict[str, frozenset[str]] | None = None, **paths: str) -> ColumnMapping:
    found = {name: path_from_text(text) for name, text in paths.items()}
    assert None not in found.values()
    return ColumnMapping("m.toml", "fhir", (), keep=fields_of("fhir"), paths=found, systems=systems or {})  # type: ignore[arg-type]


NPI = "http://hl7.org/fhir/sid/us-npi"
PRINCIPAL = [{"coding": [{"code": "principal"}]}]
OLD = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "1629"}]}
OLD_BY_NUMBER = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.103", "code": "1629"}]}
BY_INFORMATION = mapping(z_code="supportingInfo[category.coding.code=z-code].valueString")
BY_EXTENSION = mapping(z_code="item.extension[url=urn:made-up:z-code].valueString")


def read(resource: object, by: ColumnMapping = BY_INFORMATION) -> list[Found]:
    """Read a resource that has been written as JSON and read again, so that numbers are as in files."""
    return list(fhir_lines(parsed_json(json.dumps(resource)), 1, by))


def changed(change: Callable[[dict[str, Any]], object], claim: dict[str, Any] = CLAIM) -> dict[str, Any]:
    found = copy.deepcopy(claim)
    change(found)
    return found


def first(resource: object, by: ColumnMapping = BY_INFORMATION) -> dict[str, Any]:
    line = read(resource, by)[0]
    assert isinstance(line, ClaimLine)
    return dict(line.told)


@pytest.mark.parametrize(("claim", "by"), [(CLAIM, BY_INFORMATION), (BENEFIT, BY_EXTENSION)])
def test_each_item_is_a_line(claim: dict[str, Any], by: ColumnMapping) -> None:
    found = read(claim, by)
    names = (
        "claim_id",
        "line_number",
        "procedure",
        "modifiers",
        "diagnoses",
        "service_date",
        "units",
        "place_of_service",
    )
    told = [[line.told[name] for name in names] for line in found if isinstance(line, ClaimLine)]
    assert told == [
        [
            line.claim,
            str(line.number),
            line.procedure,
            line.modifiers,
            line.diagnoses,
            line.date,
            line.units,
            line.place,
        ]
        for line in LINES
    ]
    assert [line.told["z_code"] for line in found if isinstance(line, ClaimLine)] == ["ZB123", ()]


def test_information_is_about_the_lines_that_point_to_it_else_about_all() -> None:
    def both(claim: dict[str, Any]) -> None:
        claim["supportingInfo"][0]["sequence"] = 9
        del claim["item"][0]["informationSequence"]

    found = read(changed(both))  # nobody points to 9
    assert [line.told["z_code"] for line in found if isinstance(line, ClaimLine)] == ["ZB123", "ZB123"]
    another = {**CLAIM["supportingInfo"][0], "sequence": 2, "valueString": "ZB124"}
    two = changed(lambda claim: claim["supportingInfo"].append(another))
    two["item"][0]["informationSequence"] = [1, 2]
    assert first(two)["z_code"] == ("ZB123", "ZB124")


TEAM = [
    {"sequence": 1, "provider": {"identifier": {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999999992"}}}
]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        (lambda claim: claim["item"][0].update(informationSequence=[7]), "z_code", "informationSequence points to 7, and the claim has none of it"),
        (lambda claim: claim["supportingInfo"].append(claim["supportingInfo"][0]), "z_code", "informationSequence points to 1, and two have it"),
        (lambda claim: claim["item"][0].update(careTeamSequence=[1]), "rendering_npi", "careTeamSequence points to 1, and the claim has none of it"),
        (lambda claim: (claim.update(careTeam=TEAM * 2), claim["item"][0].update(careTeamSequence=[1])), "rendering_npi", "careTeamSequence points to 1, and two have it"),
        (lambda claim: claim.update(careTeam=5), "rendering_npi", "`careTeam` is no list of objects"),
        (lambda claim: (claim.update(careTeam=[{"sequence": 1, "provider": "x"}]), claim["item"][0].update(careTeamSequence=[1])), "rendering_npi", "`careTeam.provider` is no object"),
        (lambda claim: claim.update(insurer=[{"identifier": {"value": "1"}}]), "payer_id", "`insurer` is no object"),
        (lambda claim: claim.update(insurer={"identifier": "1"}), "payer_id", "`identifier` of `insurer` is no object"),
        (lambda claim: claim.update(insurer={"identifier": {"value": ["1"]}}), "payer_id", "`insurer.identifier.value` is no plain value"),
        (lambda claim: claim.update(provider="x"), "billing_npi", "`provider` is no object"),
        (lambda claim: claim.update(patient="x"), "patient_id", "`patient` is no object"),
        (lambda claim: claim.update(patient={"reference": {}}), "patient_id", "`patient.reference` is no plain value"),
        (lambda claim: claim.update(id=[]), "claim_id", "`id` is no plain value"),
        (lambda claim: claim.update(diagnosis=5), "principal_diagnosis", "`diagnosis` is no list of objects"),
        (lambda claim: claim["diagnosis"][0].update(type="principal"), "principal_diagnosis", "`type` of a diagnosis is no list of objects"),
        (lambda claim: [entry.update(type=PRINCIPAL) for entry in claim["diagnosis"]], "principal_diagnosis", "two diagnoses of the claim are the principal one"),
        (lambda claim: claim["diagnosis"][0].update(diagnosisCodeableConcept=OLD_BY_NUMBER), "diagnoses", "a diagnosis of the claim is of ICD-9"),
        (lambda claim: claim["item"][0].update(servicedDate="2024-06-03T::::"), "service_date", "`2024-06-03T::::` is no day"),
        (lambda claim: claim["item"][0]["productOrService"]["coding"][0].update(system=[]), "procedure", "`system` of a coding of `productOrService` is no text"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_or_is_of_another_kind_is_a_fault(
    change: Callable[[dict[str, Any]], object], field: str, reason: str
) -> None:
    by = mapping(
        {"procedure": frozenset({"urn:a", "http://www.ama-assn.org/go/cpt"})},
        z_code="supportingInfo[category.coding.code=z-code].valueString",
    )
    whole, found = first(CLAIM, by), first(changed(change), by)
    assert found[field] == Fault(reason)
    untouched = (
        set(whole)
        - {field}
        - ({"claim_diagnoses", "diagnoses", "principal_diagnosis"} if "diagnosis" in reason else set())
    )
    untouched -= {"service_from", "service_to"} if field == "service_date" else set()
    assert {name: found[name] for name in untouched} == {name: whole[name] for name in untouched}


@pytest.mark.parametrize("time", ["", "T10:00", "T23:59:60Z", "T10:00:00.5+14:00", "T10:00:00-05:00"])
def test_a_time_of_day_is_left_out(time: str) -> None:
    assert first(changed(_item(servicedDate=f"2024-06-03{time}")))["service_date"] == "2024-06-03"


def _item(**parts: object) -> Callable[[dict[str, Any]], object]:
    def change(claim: dict[str, Any]) -> None:
        for name in ("servicedDate", "servicedPeriod") if any(part.startswith("serviced") for part in parts) else ():
            claim["item"][0].pop(name, None)
        claim["item"][0].update(parts)

    return change


@pytest.mark.parametrize(
    ("change", "field", "wanted"),
    [
        (_item(quantity={"value": Decimal("1.50").__float__()}), "units", "1.5"),
        (_item(quantity={"value": "2"}), "units", "2"),
        (_item(quantity={"value": [1]}), "units", "`quantity` has no number"),
        (_item(quantity=3), "units", "`quantity` has no number"),
        (_item(net={"value": 1200, "currency": "USD"}), "charge", "1200"),
        (_item(servicedDate="2024-06-03T10:00:00-05:00"), "service_date", "2024-06-03"),
        (_item(servicedDate="2024-06"), "service_date", "`2024-06` is no day"),
        (_item(servicedDate="2024-02-30"), "service_date", "`2024-02-30` is no day"),
        (_item(servicedDate=20240603), "service_date", "`20240603` is no day"),
        (_item(servicedPeriod={"start": "2024-06-03", "end": "2024-06-03"}), "service_date", "2024-06-03"),
        (_item(servicedPeriod={"start": "2024-06-03", "end": "2024-06-05"}), "service_to", "2024-06-05"),
        (_item(servicedPeriod={"start": "2024-06-03", "end": "2024-06-05"}), "service_date", "two days of service"),
        (_item(servicedPeriod={"start": "2024-06-03"}), "service_date", "no last day of service"),
        (_item(servicedPeriod={"start": "2024-06-05", "end": "2024-06-03"}), "service_from", "ends before it begins"),
        (_item(servicedPeriod=["2024-06-03"]), "service_from", "the period is no object"),
        (_item(productOrService={"text": "a panel"}), "procedure", "`productOrService` has no code"),
        (_item(productOrService="81445"), "procedure", "is no concept"),
        (_item(productOrService={"coding": [{"code": "81445"}, {"code": "x"}]}), "procedure", "several codes (81445, x)"),
        (_item(productOrService={"coding": [{"code": "81445"}, {"code": "81445"}]}), "procedure", "81445"),
        (_item(productOrService={"coding": [{"code": "81445"}, 7]}), "procedure", "is no concept"),
        (_item(modifier=[{"coding": [{"code": "59"}]}, 7]), "modifiers", "`modifier` is no list of objects"),
        (_item(modifier=[{"coding": []}]), "modifiers", "`modifier` has no code"),
        (_item(diagnosisSequence=[2]), "diagnoses", ("D479",)),
        (_item(diagnosisSequence=[3]), "diagnoses", "points to diagnosis 3, and the claim has none of it"),
        (_item(diagnosisSequence="x"), "diagnoses", "points to diagnosis x"),
        (_item(diagnosisSequence=[{}]), "diagnoses", "points to diagnosis ?"),
        (lambda claim: claim["diagnosis"][1].pop("sequence"), "diagnoses", "points to diagnosis 2, and the claim has none"),
        (lambda claim: claim["diagnosis"][1].update(sequence=1), "claim_diagnoses", "no `sequence` of its own"),
        (lambda claim: claim.update(diagnosis={}), "claim_diagnoses", "`diagnosis` is no list of objects"),
        (lambda claim: claim["diagnosis"][0].update(diagnosisReference={}), "principal_diagnosis", None),
        (lambda claim: claim["diagnosis"][1].update(type=PRINCIPAL), "principal_diagnosis", "D479"),
        (lambda claim: claim["diagnosis"][1].update(type=PRINCIPAL), "claim_diagnoses", ("D479", "C3411")),
        (lambda claim: claim["diagnosis"][0].pop("diagnosisCodeableConcept"), "diagnoses", "is a reference"),
        (lambda claim: claim["diagnosis"][0].update(diagnosisCodeableConcept=OLD), "diagnoses", "ICD-9"),
        (lambda claim: claim.update(supportingInfo="ZB123"), "z_code", "`supportingInfo` is no list of objects"),
        (lambda claim: claim.update(provider={"identifier": {"system": NPI, "value": "1999999992"}}), "billing_npi", "1999999992"),
        (lambda claim: claim.update(provider={"identifier": {"system": "urn:tax", "value": "1"}}), "billing_npi", None),
        (lambda claim: claim.update(insurer={"identifier": {"value": "01112"}}), "payer_id", "01112"),
        (lambda claim: claim.update(billablePeriod={"start": "2024-06-01", "end": "2024-06-30"}), "statement_to", "2024-06-30"),
    ],
)  # fmt: skip
def test_parts_of_a_claim(change: Callable[[dict[str, Any]], object], field: str, wanted: object) -> None:
    found = first(changed(change))[field]
    if isinstance(found, Fault):
        assert isinstance(wanted, str)
        assert wanted in found.reason
    else:
        assert found == wanted


def test_exact_numbers_stay_exact() -> None:
    text = json.dumps(CLAIM).replace('"value": 1}', '"value": 0.10000000000000000000000000000000000010}')
    (line, _) = fhir_lines(parsed_json(text), 1, BY_INFORMATION)
    assert isinstance(line, ClaimLine)
    assert line.told["units"] == "0.1000000000000000000000000000000000001"


def test_who_rendered_the_service() -> None:
    team = [
        {"sequence": number, "provider": {"identifier": {"system": NPI, "value": f"199999999{number}"}}}
        for number in (1, 2)
    ]
    one = changed(lambda claim: (claim.update(careTeam=team), claim["item"][0].update(careTeamSequence=[2])))
    assert first(one)["rendering_npi"] == "1999999992"
    both = changed(lambda claim: (claim.update(careTeam=team), claim["item"][0].update(careTeamSequence=[1, 2])))
    assert isinstance(first(both)["rendering_npi"], Fault)


def test_the_systems_that_count_are_named() -> None:
    codings = [{"system": "urn:a", "code": "81445"}, {"system": "urn:b", "code": "own"}]
    claim = changed(_item(productOrService={"coding": codings}))
    assert first(claim, mapping({"procedure": frozenset({"urn:a"})}))["procedure"] == "81445"
    other = first(claim, mapping({"procedure": frozenset({"urn:c"})}))["procedure"]
    assert other == Fault("`productOrService` has no code of the systems that count")


@pytest.mark.parametrize(
    ("resource", "reasons"),
    [
        ({"resourceType": "Bundle", "entry": [{"resource": CLAIM}, {"resource": BENEFIT}]}, []),
        ({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}, {"resource": CLAIM}]}, []),
        (
            {"resourceType": "Bundle", "entry": [{}, 7, {"resource": {"resourceType": "Bundle"}}]},
            ["an entry of the bundle"] * 3,
        ),
        ({"resourceType": "Bundle", "entry": 7}, ["`entry` of the bundle is no list"]),
        ({"resourceType": "Patient"}, ["this is a resource of type `Patient`"]),
        ({"id": "x"}, ["this is no resource"]),
        ([], ["this is no resource"]),
        ("x", ["this is no resource"]),
        ({**CLAIM, "item": []}, ["the claim has no `item`"]),
        ({**CLAIM, "item": {}}, ["the claim has no `item`"]),
        ({**CLAIM, "item": [7, CLAIM["item"][0]]}, ["item 1 is no object"]),
    ],
)
def test_what_is_no_claim_is_refused(resource: object, reasons: list[str]) -> None:
    found = [item.reason for item in read(resource) if isinstance(item, Refused)]
    assert len(found) == len(reasons)
    assert all(wanted in reason for wanted, reason in zip(reasons, found, strict=True))


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=3)
    | st.sampled_from(["81445", "2024-06-03", "Claim", 10**60])
)
ANYTHING = st.recursive(
    PLAIN,
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "coding", "value", "sequence", "start"]), part, max_size=3)
    ),
    max_leaves=6,
)


def _places(thing: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    return [path, *(place for key, part in inside for place in _places(part, (*path, key)))]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_resource_of_any_shape_never_loses_an_item(data: st.DataObject) -> None:
    claim: Any = copy.deepcopy(data.draw(st.sampled_from([CLAIM, BENEFIT])))
    for _ in range(data.draw(st.integers(1, 4))):
        *way, last = data.draw(st.sampled_from([place for place in _places(claim) if place]))
        part = claim
        for key in way:
            part = part[key]
        part[last] = data.draw(ANYTHING)
    found = read(claim, data.draw(st.sampled_from([BY_INFORMATION, BY_EXTENSION])))
    items = claim.get("item") if claim.get("resourceType") in ("Claim", "ExplanationOfBenefit") else None
    assert len(found) == (len(items) if isinstance(items, list) and items else 1)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=40)
    | st.from_regex(r"[a-z]{1,4}(\[[a-z.]{1,6}=[a-z]{1,3}\])?(\.[a-z]{1,4}){0,3}", fullmatch=True)
)
def test_any_path_is_read_or_refused(text: str) -> None:
    found = path_from_text(text)
    assert found is None or (found.steps and all(step.name.isalnum() for step in found.steps))
