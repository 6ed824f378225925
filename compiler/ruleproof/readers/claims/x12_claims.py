"""X12 837, professional and institutional, to claim lines: about fifteen segments, and the counts of the envelope.

A piece that cannot be read may have begun another claim or told of another patient: the lines until the next claim or level
are refused, and what is told around claims is in doubt until it is told again.  A field that cannot be read is told as a
fault, so that it matters only to those who ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ruleproof.readers.claims.lines import ClaimLine, Fault, Found, Refused, Told, clipped, one_day
from ruleproof.readers.claims.x12_envelope import Envelope
from ruleproof.readers.claims.x12_fields import (
    codes_told,
    days_told,
    diagnoses_in,
    element,
    npi_told,
    number_told,
    place_told,
    pointed_to,
    principal_first,
    principal_told,
    service_told,
)
from ruleproof.readers.claims.x12_known import MOST_ELEMENTS, PASSED_OVER, READ_OF
from ruleproof.readers.claims.x12_segments import BROKEN, NO_LETTER, Characters, Segments

_MOST_DIAGNOSES = 100
_AROUND = ("billing_npi", "patient_id", "payer_id")
_OF_NO_LINE = frozenset(("40", "41", "85", "87", "IL", "PE", "PR", "QC"))
"""Those whom no line names, so that an NM1 of theirs begins something else."""


@dataclass
class _Claim:
    """A claim that is open."""

    place: int
    told: dict[str, Told]
    fault: str = ""
    diagnoses: list[str | Fault] = field(default_factory=list)
    principals: list[str | Fault] = field(default_factory=list)
    lines: int = 0
    last: str = ""
    """The number of its last line."""
    others: bool = False
    """Whether other payers are spoken of, up to the first line."""


@dataclass
class _Line:
    """A line that is open."""

    place: int
    told: dict[str, Told]
    fault: str = ""
    service: str = ""
    pointers: str = ""


def x12_lines(stream: Characters) -> Iterator[Found]:
    """Read the claim lines of a file; what cannot be read comes among them, in the order of the file.

    An `UnreadableError` says that the file is no X12 at all.
    """
    return _Reader(stream).run()


class _Reader:
    def __init__(self, stream: Characters) -> None:
        self.segments = Segments(stream)
        self.envelope = Envelope()
        self.claim: _Claim | None = None
        self.line: _Line | None = None
        self.found: list[Found] = []
        self.read: Mapping[str, Callable[[Sequence[str]], None]] = {
            "ISA": self._isa, "GS": self._gs, "ST": self._st, "SE": self._se, "GE": self._ge, "IEA": self._iea,
            "HL": self._hl, "NM1": self._nm1, "SBR": self._sbr, "CLM": self._clm, "HI": self._hi, "REF": self._ref,
            "DTP": self._dtp, "LX": self._lx, "SV1": self._sv1, "SV2": self._sv2, BROKEN: self._broken,
        }  # fmt: skip

    def run(self) -> Iterator[Found]:
        segments, read, found = self.segments, self.read, self.found
        for elements in segments:
            reader = read.get(elements[0])
            if len(elements) > MOST_ELEMENTS.get(elements[0], len(elements)) + 1:
                self._too_long(elements)
                yield from found
                found.clear()
            elif reader is not None:
                reader(elements)
                if segments.garbled:
                    self._garbled(elements)
                if found:
                    yield from found
                    found.clear()
            elif elements[0] not in PASSED_OVER:
                self._lose(f"`{clipped(elements[0], 20)}` is no segment of an 837")
                yield from found
                found.clear()
        self._cut("the file ends", group=True, interchange=True)
        yield from found

    # ------------------------------------------------------------ the envelope

    def _isa(self, elements: Sequence[str]) -> None:
        self._cut("another interchange begins", group=True, interchange=True)
        self.envelope.isa(elements)

    def _gs(self, elements: Sequence[str]) -> None:
        self._cut("another group begins", group=True)
        self.envelope.gs(elements)

    def _st(self, elements: Sequence[str]) -> None:
        self._cut("another transaction set begins")
        self.envelope.st(elements, self.segments.number)

    def _se(self, elements: Sequence[str]) -> None:
        self._end_claim()
        self._say(self.envelope.se(elements, self.segments.number))

    def _ge(self, elements: Sequence[str]) -> None:
        self._cut("the group ends")
        self._say(self.envelope.ge(elements))

    def _iea(self, elements: Sequence[str]) -> None:
        self._cut("the interchange ends", group=True)
        self._say(self.envelope.iea(elements))

    def _cut(self, why: str, *, group: bool = False, interchange: bool = False) -> None:
        """End what is open: of a transaction set that has no end of its own the last line may lack something."""
        self._end_claim(f"{why} inside the line" if self.envelope.set is not None else "")
        self._say(self.envelope.cut(why, group=group, interchange=interchange))

    def _broken(self, elements: Sequence[str]) -> None:
        """Take a piece that is no segment; where it begins as a claim or a line does, that one has begun."""
        _, reason, name = elements
        if name == "CLM":
            self._end_claim()
            self.claim = _Claim(self.segments.number, {"claim_id": None})
        elif name == "LX":
            self._begin_line({})
        self._lose(reason)

    def _lose(self, reason: str) -> None:
        """Trust nothing after a piece that may have been anything, until the next claim or level."""
        said = self._at(reason)
        if self.envelope.set is not None:
            self.envelope.set.around = dict.fromkeys(_AROUND, Fault(said))
        if self.claim is not None:
            self.claim.fault = self.claim.fault or said
        elif self.line is not None:
            self.line.fault = self.line.fault or said
        else:
            self._say((reason,))

    def _spoil(self, reason: str) -> None:
        """Refuse what a piece belongs to: the line that is open, else the lines of the claim that is open."""
        if self.line is not None:
            self.line.fault = self.line.fault or self._at(reason)
        elif self.claim is not None:
            self.claim.fault = self.claim.fault or self._at(reason)
        else:
            self._lose(reason)

    def _garbled(self, elements: Sequence[str]) -> None:
        name = elements[0]
        if any(NO_LETTER in element(elements, place) for place in READ_OF.get(name, ())):
            reason = f"{name} holds letters that are not UTF-8 text"
            (self._lose if name == "HL" else self._spoil)(reason)

    def _too_long(self, elements: Sequence[str]) -> None:
        """Take a segment with more elements than such segments have: the end of it is missing, and what comes after is lost."""
        name = elements[0]
        reason = f"{name} has {len(elements) - 1} elements, and {MOST_ELEMENTS[name]} at most"
        self._broken([BROKEN, reason, name])

    def _say(self, reasons: Iterable[str]) -> None:
        self.found += [Refused(self.segments.number, None, reason) for reason in reasons]

    def _at(self, reason: str) -> str:
        return f"at segment {self.segments.number:,} {reason}"

    # ------------------------------------------------------------ around a claim

    def _hl(self, elements: Sequence[str]) -> None:
        self._end_claim()
        if self.envelope.set is None:
            return
        level = element(elements, 3)
        if level == "20":
            self.envelope.set.around = {}
        elif level == "22":
            self.envelope.set.around = {
                name: told for name, told in self.envelope.set.around.items() if name == "billing_npi"
            }
        elif level != "23":
            self._lose(f"HL03 is `{clipped(level, 20)}`, and 20, 22 and 23 are the levels of an 837")

    def _nm1(self, elements: Sequence[str]) -> None:
        who = element(elements, 1)
        if who in _OF_NO_LINE and self.line is not None:
            self._lose(f"NM1*{who} stands inside a line, so that the beginning of a claim or of a level is missing")
        elif self.claim is None:
            if self.envelope.set is None:
                return
            around = self.envelope.set.around
            if who == "85":
                around["billing_npi"] = npi_told(elements)
            elif who == "IL":
                around["patient_id"] = element(elements, 9) or None
            elif who == "PR":
                around["payer_id"] = element(elements, 9) or None
        elif who == "82":
            if self.line is not None:
                self.line.told["rendering_npi"] = npi_told(elements)
            elif not self.claim.others:
                self.claim.told["rendering_npi"] = npi_told(elements)

    def _sbr(self, _: Sequence[str]) -> None:
        if self.line is not None:
            self._lose("SBR stands inside a line, so that the beginning of a claim or of a level is missing")
        elif self.claim is not None:
            self.claim.others = True

    # ------------------------------------------------------------ a claim

    def _clm(self, elements: Sequence[str]) -> None:
        self._end_claim()
        number = element(elements, 1) or None
        around = {} if self.envelope.set is None else self.envelope.set.around
        charge = number_told(element(elements, 2), "CLM02")
        self.claim = _Claim(self.segments.number, {**around, "claim_id": number, "charge": charge})
        if self.envelope.set is None:
            self.claim.fault = "the claim stands in no transaction set"
            return
        if self.envelope.set.unread:
            self.claim.fault = self.envelope.set.unread
        if any(self.segments.component in part for place, part in enumerate(elements) if place not in (5, 11)):
            self._lose("CLM has parts where it has none: its end is missing")
        if number is None:
            self.claim.fault = self.claim.fault or "CLM01 is empty: the claim has no number"
        self.claim.told |= place_told(element(elements, 5), self.segments.component, self.envelope.set.institutional)

    def _hi(self, elements: Sequence[str]) -> None:
        if self.line is not None:
            self._lose("HI stands inside a line, so that the beginning of a claim is missing")
        if self.claim is None or self.line is not None:
            return
        if any(part.strip() and self.segments.component not in part for part in elements[1:]):
            self._lose("HI holds an element without parts: its end is missing")
        for code, principal in diagnoses_in(elements, self.segments.component):
            self.claim.diagnoses.append(code)
            if principal:
                self.claim.principals.append(code)
        if len(self.claim.diagnoses) > _MOST_DIAGNOSES:
            self.claim.fault = self.claim.fault or self._at(f"HI: a claim has {_MOST_DIAGNOSES} diagnoses at most")
            del self.claim.diagnoses[_MOST_DIAGNOSES:]

    def _ref(self, elements: Sequence[str]) -> None:
        what, value = element(elements, 1), element(elements, 2) or None
        if self.line is not None:
            if what == "6R":
                self.line.told["line_control"] = value
            elif what == "X4":
                self.line.told["clia_number"] = value
        elif self.claim is not None and what == "X4" and not self.claim.others:
            self.claim.told["clia_number"] = value

    def _dtp(self, elements: Sequence[str]) -> None:
        what = element(elements, 1)
        if self.line is not None:
            if what == "472":
                again = "service_from" in self.line.told
                days = days_told(elements, "service_from", "service_to")
                self.line.told |= dict.fromkeys(days, Fault("DTP*472 stands twice in the line")) if again else days
        elif self.claim is not None and what == "434":
            self.claim.told |= days_told(elements, "statement_from", "statement_to")

    def _end_claim(self, cut: str = "") -> None:
        """Give the claim that is open, if any; `cut` says why its last line may lack something."""
        claim = self.claim
        self._end_line(cut)
        if claim is not None and not claim.lines:
            reason = claim.fault or cut or "the claim has no line"
            self.found.append(Refused(claim.place, _text(claim.told["claim_id"]), reason))
        self.claim = None

    # ------------------------------------------------------------ a line

    def _lx(self, elements: Sequence[str]) -> None:
        number, claim = element(elements, 1), self.claim
        if claim is not None:
            if claim.last and not _follows(claim.last, number):
                said = f"LX01 is `{clipped(number, 20)}` after line {clipped(claim.last, 20)} of the claim"
                self._lose(f"{said}, so that the beginning of a claim or of a line is missing")
            claim.last = number or claim.last
        self._begin_line({"line_number": number or None})

    def _begin_line(self, told: dict[str, Told], fault: str = "") -> _Line:
        self._end_line()
        self.line = _Line(self.segments.number, told, fault)
        if self.claim is None:
            self.line.fault = "the line stands in no claim"
        else:
            self.claim.lines += 1
        return self.line

    def _sv1(self, elements: Sequence[str]) -> None:
        line = self._service("SV1", elements, 1)
        self._measured(line, elements, 2, "SV1")
        line.pointers = element(elements, 7)
        pointers = line.pointers.replace(self.segments.component, "").replace(" ", "")
        if pointers and not (pointers.isascii() and pointers.isdigit()):
            self._spoil(f"SV107 is `{clipped(line.pointers, 20)}`, which points to no diagnosis")
        place = element(elements, 5)
        if place:
            line.told["place_of_service"] = place

    def _sv2(self, elements: Sequence[str]) -> None:
        line = self._service("SV2", elements, 2)
        self._measured(line, elements, 3, "SV2")
        line.told["revenue_code"] = element(elements, 1) or None

    def _service(self, name: str, elements: Sequence[str], place: int) -> _Line:
        """Take the service of a line, which is SV1 for a professional claim and SV2 for an institutional one.

        A service that no LX comes before is a line as well, one that cannot be judged.
        """
        if self.line is not None and self.line.service:
            self._spoil(f"{name} is a second service in the line")
        line = self.line
        if line is None or line.service:
            line = self._begin_line({}, f"{name} has no LX before it")
        wanted = "SV2" if self.envelope.set is not None and self.envelope.set.institutional else "SV1"
        composite = element(elements, place)
        if name != wanted:
            self._spoil(f"{name} stands in a claim whose services are {wanted}")
        elif name == "SV1" and not composite:
            self._spoil("SV101 is empty: the line has no procedure")
        line.service = name
        line.told |= service_told(composite, self.segments.component, f"{name}0{place}")
        return line

    def _measured(self, line: _Line, elements: Sequence[str], first: int, name: str) -> None:
        line.told["charge"] = number_told(element(elements, first), f"{name}0{first}")
        line.told["unit_kind"] = element(elements, first + 1) or None
        line.told["units"] = number_told(element(elements, first + 2), f"{name}0{first + 2}")

    def _end_line(self, cut: str = "") -> None:
        line, claim = self.line, self.claim
        self.line = None
        if line is None:
            return
        number = None if claim is None else _text(claim.told["claim_id"])
        reason = (claim.fault if claim is not None else "") or line.fault or cut
        if not reason and not line.service:
            reason = "the line has no service"
        if reason or claim is None:
            self.found.append(Refused(line.place, number, reason))
            return
        every = codes_told(claim.diagnoses)
        pointed = (
            pointed_to(line.pointers, self.segments.component, claim.diagnoses) if line.service == "SV1" else every
        )
        first = principal_told(claim.diagnoses, claim.principals)
        told: dict[str, Told] = {"diagnoses": pointed, "principal_diagnosis": first}
        told["claim_diagnoses"] = principal_first(every, first)
        told["service_date"] = one_day(line.told.get("service_from"), line.told.get("service_to"))
        self.found.append(ClaimLine(line.place, {**claim.told, **told, **line.told}))


def _follows(last: str, number: str) -> bool:
    """Tell whether a line is the next one of a claim."""
    both = last + number
    is_number = both.isascii() and both.isdigit() and bool(number) and len(both) < 20
    return is_number and int(number) == int(last) + 1


def _text(told: Told) -> str | None:
    return told if isinstance(told, str) else None
