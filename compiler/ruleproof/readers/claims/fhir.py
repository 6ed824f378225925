"""FHIR R4 Claim and ExplanationOfBenefit, as plain JSON, to claim lines: one for each item.

Only what the resource itself says is read: no reference is followed out of it, no profile is asked for, and a part of another
shape than FHIR gives it is a fault of the fields that it would tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ruleproof.readers.claims.fhir_paths import FhirPath, text_of, things_at
from ruleproof.readers.claims.fhir_values import (
    NPI,
    code_told,
    days_told,
    identifier_told,
    is_list_of_objects,
    number_told,
    objects,
    patient_told,
    plain_told,
)
from ruleproof.readers.claims.lines import ClaimLine, Fault, Found, Refused, Told, clipped, one_day
from ruleproof.readers.claims.mapping import ColumnMapping

_CLAIMS = ("Claim", "ExplanationOfBenefit")
MOST_ITEMS = 10_000
_INFORMATION = "supportingInfo"


def fhir_lines(resource: object, place: int, mapping: ColumnMapping) -> Iterator[Found]:
    """Read a claim, or the claims of a bundle; `place` is the line of the file that it stands in.

    Other resources of a bundle are passed over; alone they are refused.
    """
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if kind == "Bundle" and isinstance(resource, dict):
        entries = resource.get("entry", [])
        if not isinstance(entries, list):
            yield Refused(place, None, "`entry` of the bundle is no list")
            return
        for entry in entries:
            yield from _of_entry(entry, place, mapping)
    elif kind in _CLAIMS and isinstance(resource, dict):
        yield from _Claim(resource, place, mapping).lines()
    else:
        what = f"a resource of type `{clipped(str(kind))}`" if kind is not None else "no resource"
        yield Refused(place, None, f"this is {what}, and Claim, ExplanationOfBenefit and Bundle are read")


def _of_entry(entry: object, place: int, mapping: ColumnMapping) -> Iterator[Found]:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if kind in _CLAIMS and isinstance(resource, dict):
        yield from _Claim(resource, place, mapping).lines()
    elif not isinstance(kind, str) or kind == "Bundle":
        yield Refused(place, None, "an entry of the bundle holds no resource, or another bundle")


class _Claim:
    """A claim whose lines are read; what all lines share is read once, and of a line only what is asked for."""

    def __init__(self, resource: Mapping[str, Any], place: int, mapping: ColumnMapping) -> None:
        self.resource, self.place, self.mapping = resource, place, mapping
        self.systems = mapping.systems
        self.asked = mapping.asked
        self.number = text_of(resource.get("id"))

    def lines(self) -> Iterator[Found]:
        items = self.resource.get("item")
        if not isinstance(items, list) or not items:
            yield Refused(self.place, self.number, "the claim has no `item`")
            return
        if len(items) > MOST_ITEMS:
            yield Refused(self.place, self.number, f"the claim has more than {MOST_ITEMS:,} items")
            return
        self._read_claim(items)
        for number, item in enumerate(items, 1):
            if isinstance(item, dict):
                yield ClaimLine(self.place, self._line(item))
            else:
                yield Refused(self.place, self.number, f"item {number} is no object")

    # ------------------------------------------------------------ the claim

    def _read_claim(self, items: Sequence[object]) -> None:
        resource = self.resource
        self.diagnoses, every, principal = self._diagnoses()
        self.of_all: dict[FhirPath, list[str]] = {}
        self.about: dict[str, list[Mapping[str, Any]]] = {}
        for entry in objects(resource.get(_INFORMATION)):
            self.about.setdefault(_sequence(entry) or "", []).append(entry)
        self.pointed = frozenset(number for item in items for number in _own(item))
        self.team: dict[str, list[Mapping[str, Any]]] = {}
        for entry in objects(resource.get("careTeam")):
            self.team.setdefault(_sequence(entry) or "", []).append(entry)
        self.shared: dict[str, Told] = {
            "claim_id": plain_told(resource.get("id"), "id"),
            "patient_id": patient_told(resource.get("patient")),
            "claim_diagnoses": every,
            "principal_diagnosis": principal,
            "billing_npi": identifier_told(resource.get("provider"), "provider", NPI),
            "payer_id": identifier_told(resource.get("insurer"), "insurer"),
            **days_told(None, resource.get("billablePeriod"), "statement_from", "statement_to"),
        }

    def _diagnoses(self) -> tuple[dict[str, Told], Told, Told]:
        """Give the diagnoses by their numbers, all of them with the principal one first, and the principal one."""
        found: dict[str, Told] = {}
        first: list[Told] = []
        others: list[Told] = []
        wanted = self.systems.get("diagnosis")
        for entry in objects(self.resource.get("diagnosis")):
            number, concept = _sequence(entry), entry.get("diagnosisCodeableConcept")
            told = code_told(concept, "diagnosis", wanted) if concept is not None else _REFERENCE
            if number is None or number in found:
                told = Fault("a diagnosis of the claim has no `sequence` of its own")
            found[number or ""] = told
            (first if _is_principal(entry) else others).append(told)
        every = [*first, *others]
        fault = next((told for told in every if isinstance(told, Fault)), None)
        if not is_list_of_objects(self.resource.get("diagnosis")):
            fault = Fault("`diagnosis` is no list of objects")
        codes = tuple(told for told in every if isinstance(told, str))
        principal: Told = first[0] if first else None
        if len(first) > 1:
            principal = Fault("two diagnoses of the claim are the principal one")
        elif fault and not every:
            principal = fault
        elif not all(is_list_of_objects(entry.get("type")) for entry in objects(self.resource.get("diagnosis"))):
            principal = Fault("`type` of a diagnosis is no list of objects")
        return found, fault or codes, principal

    # ------------------------------------------------------------ a line

    def _line(self, item: Mapping[str, Any]) -> dict[str, Told]:
        """Give what somebody asks for: the fields that the claim tells, those of the item, and those that paths lead to."""
        told = dict(self.shared)
        for name in self.asked:
            path = self.mapping.paths.get(name)
            read = _OF_ITEM.get(name)
            if path is not None:
                told[name] = self._at_path(path, item)
            elif read is not None:
                told[name] = read(self, item)
        return told

    def place_of_service(self, item: Mapping[str, Any]) -> Told:
        return code_told(item.get("locationCodeableConcept"), "locationCodeableConcept", None)

    def procedure(self, item: Mapping[str, Any]) -> Told:
        return code_told(item.get("productOrService"), "productOrService", self.systems.get("procedure"))

    def modifiers(self, item: Mapping[str, Any]) -> Told:
        found = [code_told(entry, "modifier", self.systems.get("modifier")) for entry in objects(item.get("modifier"))]
        fault = next((told for told in found if isinstance(told, Fault)), None)
        if not is_list_of_objects(item.get("modifier")):
            fault = Fault("`modifier` is no list of objects")
        return fault or tuple(told for told in found if isinstance(told, str))

    def pointed_to(self, item: Mapping[str, Any]) -> Told:
        found: list[str] = []
        for number in _sequences(item, "diagnosisSequence"):
            if number not in self.diagnoses:
                return Fault(
                    f"diagnosisSequence points to diagnosis {clipped(number, 20)}, and the claim has none of it"
                )
            told = self.diagnoses[number]
            if isinstance(told, Fault):
                return told
            if isinstance(told, str):
                found.append(told)
        return tuple(found)

    def rendering(self, item: Mapping[str, Any]) -> Told:
        if not is_list_of_objects(self.resource.get("careTeam")):
            return Fault("`careTeam` is no list of objects")
        found: dict[Told, None] = {}
        for number in _sequences(item, "careTeamSequence"):
            entry = _only("careTeamSequence", number, self.team)
            told = (
                entry if isinstance(entry, Fault) else identifier_told(entry.get("provider"), "careTeam.provider", NPI)
            )
            if isinstance(told, Fault):
                return told
            if told is not None:
                found[told] = None
        if len(found) > 1:
            return Fault("careTeamSequence points to several people with an NPI")
        return next(iter(found), None)

    def _at_path(self, path: FhirPath, item: Mapping[str, Any]) -> Told:
        """Give what a path leads to for a line; information about the claim counts for the lines that it is about."""
        try:
            if path.of_item:
                found = _texts(things_at(path, item))
            elif path.steps[0].name == _INFORMATION:
                if not is_list_of_objects(self.resource.get(_INFORMATION)):
                    return Fault(f"`{_INFORMATION}` is no list of objects")
                own = [_only("informationSequence", number, self.about) for number in dict.fromkeys(_own(item))]
                fault = next((entry for entry in own if isinstance(entry, Fault)), None)
                if fault is not None:
                    return fault
                found = [*self._texts_of_all(path), *_texts(things_at(path, {_INFORMATION: own}))]
            else:
                found = self._texts_of_all(path)
        except ValueError as error:
            return Fault(str(error))
        texts = tuple(dict.fromkeys(found))
        return texts[0] if len(texts) == 1 else texts

    def _texts_of_all(self, path: FhirPath) -> list[str]:
        """Give what a path leads to for every line: information that some line points to is only about that line."""
        if path not in self.of_all:
            start: Mapping[str, Any] = self.resource
            if path.steps[0].name == _INFORMATION:
                every = objects(self.resource.get(_INFORMATION))
                start = {_INFORMATION: [entry for entry in every if _sequence(entry) not in self.pointed]}
            self.of_all[path] = _texts(things_at(path, start))
        return self.of_all[path]


def _texts(things: list[object]) -> list[str]:
    return [text for thing in things if (text := text_of(thing)) is not None]


def _only(name: str, number: str, entries: Mapping[str, Sequence[Mapping[str, Any]]]) -> Mapping[str, Any] | Fault:
    """Give the entry that a line points to."""
    found = entries.get(number, ())
    if len(found) == 1:
        return found[0]
    there = "two have it" if found else "the claim has none of it"
    return Fault(f"{name} points to {clipped(number, 20)}, and {there}")


def _own(item: object) -> tuple[str, ...]:
    return _sequences(item, "informationSequence")


def _days(item: Mapping[str, Any]) -> dict[str, Told]:
    return days_told(item.get("servicedDate"), item.get("servicedPeriod"), "service_from", "service_to")


_OF_ITEM: Mapping[str, Callable[[_Claim, Mapping[str, Any]], Told]] = MappingProxyType(
    {
        "line_number": lambda _, item: text_of(item.get("sequence")),
        "procedure": _Claim.procedure,
        "modifiers": _Claim.modifiers,
        "diagnoses": _Claim.pointed_to,
        "revenue_code": lambda _, item: code_told(item.get("revenue"), "revenue", None),
        "place_of_service": _Claim.place_of_service,
        "units": lambda _, item: number_told(item, "quantity"),
        "charge": lambda _, item: number_told(item, "net"),
        "rendering_npi": _Claim.rendering,
        "service_from": lambda _, item: _days(item)["service_from"],
        "service_to": lambda _, item: _days(item)["service_to"],
        "service_date": lambda _, item: one_day(*_days(item).values()),
    }
)
"""How each field of a line is read."""
_REFERENCE = Fault("a diagnosis of the claim is a reference, which is not followed")


def _is_principal(entry: Mapping[str, Any]) -> bool:
    kinds = [coding.get("code") for kind in objects(entry.get("type")) for coding in objects(kind.get("coding"))]
    return "principal" in kinds


def _sequence(entry: Mapping[str, Any]) -> str | None:
    number = entry.get("sequence")
    return str(number) if type(number) is int and 0 < number < 1_000_000 else None


def _sequences(item: object, name: str) -> tuple[str, ...]:
    """Give the numbers that an item points to; what is no number is kept, so that it leads nowhere."""
    found = item.get(name) if isinstance(item, dict) else None
    if found is None:
        return ()
    numbers = found if isinstance(found, list) else [found]
    return tuple(text_of(number) or "?" for number in numbers)
