"""Claims of X12 and FHIR, and NDJSON by a mapping: read from the beginning to the end, a batch of lines at a time."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from ruleproof.cli.claim_files.by_mapping import Mapper, Raw
from ruleproof.cli.claim_files.claim_file import Batch, ClaimFile, in_order
from ruleproof.cli.claims import ClaimError, parsed_json
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import LARGEST_FILE, shown
from ruleproof.cli.terminal import say
from ruleproof.readers.claims.fhir import fhir_lines
from ruleproof.readers.claims.fhir_paths import text_of
from ruleproof.readers.claims.fields import FHIR, FLAT, X12
from ruleproof.readers.claims.lines import ClaimLine, Fault, Found, Refused, Told, UnreadableError, clipped
from ruleproof.readers.claims.mapping import UNSAID, ColumnMapping, Unsaid, Way
from ruleproof.readers.claims.x12_claims import x12_lines
from ruleproof.runtime.batch.deciding import Reject

LINES_OF_A_BATCH = 1 << 13
LONGEST_LINE = 1 << 22
"""A claim of FHIR with more bytes is refused, so that memory stays bounded."""
_WHOLE = ".json"


def open_lines(path: Path, mapping: ColumnMapping) -> ClaimFile:
    """Open a file of X12, of FHIR (one resource a line, or the ending .json: one in all), or of NDJSON with other names."""
    mapper = Mapper(mapping)
    schema = pa.schema([(name, pa.string()) for name in mapping.keep])
    size = path.stat().st_size
    if mapping.format == FHIR and path.suffix.lower() == _WHOLE and size > LARGEST_FILE:
        raise Failure(
            f"{shown(str(path))}: a bundle is larger than {LARGEST_FILE // 1024 // 1024} MB",
            "write one resource on each line, with the ending .ndjson",
        )
    return in_order(mapper.names, schema, size, lambda: _batches(path, mapper))


def _batches(path: Path, mapper: Mapper) -> Iterator[tuple[int, Batch]]:
    mapping = mapper.mapping
    with path.open("rb") as stream:
        names: set[str] = set()
        first, word = 1, "segment" if mapping.format == X12 else "line"
        found = iter(_found(path, stream, mapping))
        while True:
            try:
                some = list(islice(found, LINES_OF_A_BATCH))
            except UnreadableError as error:
                raise Failure(f"{shown(str(path))}: {error.message}", error.help) from None
            if not some:
                _say_absent(path, mapping, names)
                return
            if mapping.format == FLAT:
                names.update(name for item in some if isinstance(item, ClaimLine) for name in item.told)
            yield stream.tell(), _batch(some, first, word, mapper)
            first += len(some)


def _say_absent(path: Path, mapping: ColumnMapping, names: Set[str]) -> None:
    """Say which names of a mapping no line of NDJSON has, since that may be a slip; where no line was read, nothing."""
    if not names:
        return
    for way in mapping.ways:
        for name in way.fields:
            if name not in names:
                where = f"{shown(mapping.path)}, line {way.line}"
                say(f"{where}: no line of {shown(str(path))} has `{clipped(name)}`: `{way.input}` is unknown", err=True)


def _found(path: Path, stream: BinaryIO, mapping: ColumnMapping) -> Iterator[Found]:
    if mapping.format == X12:
        return x12_lines(codecs.getreader("utf-8")(stream, "replace"))
    if mapping.format == FLAT:
        return _resources(stream, lambda claim, number: iter((_told_by_names(claim, number),)))
    if path.suffix.lower() == _WHOLE:
        return _of_text(
            stream.read(LARGEST_FILE + 1), 0, lambda found, place: fhir_lines(found, max(place, 1), mapping)
        )
    return _resources(stream, lambda resource, number: fhir_lines(resource, number, mapping))


# ---------------------------------------------------------------- lines of JSON


def _resources(stream: BinaryIO, lines: Callable[[object, int], Iterator[Found]]) -> Iterator[Found]:
    number = 0
    while text := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(text) > LONGEST_LINE:
            while not text.endswith(b"\n") and (text := stream.readline(LONGEST_LINE)):
                pass
            yield Refused(number, None, f"the line is longer than {LONGEST_LINE:,} bytes")
        elif text.strip():
            yield from _of_text(text, number, lines)


def _of_text(text: bytes, number: int, lines: Callable[[object, int], Iterator[Found]]) -> Iterator[Found]:
    """Read one JSON text; `number` is its line, 0 where the file holds one text."""
    try:
        found = parsed_json(text.decode("utf-8-sig"), number)
    except UnicodeDecodeError:
        yield Refused(max(number, 1), None, "this is not UTF-8 text")
    except ClaimError as error:
        yield Refused(max(number, 1), None, error.message)
    else:
        yield from lines(found, number)


def _told_by_names(claim: object, number: int) -> Found:
    """Give the fields of a plain object: what it leaves out is not told, null is missing."""
    if not isinstance(claim, dict):
        return Refused(number, None, "a claim is one JSON object, names to values")
    return ClaimLine(number, {name: _told(value) for name, value in claim.items()})


def _told(value: object) -> Told:
    if value is None:
        return None
    if isinstance(value, list):
        texts = tuple(text_of(item) for item in value)
        return tuple(text for text in texts if text) if None not in texts else Fault("a list holds more than texts")
    text = text_of(value)
    return text if text is not None or isinstance(value, str) else Fault("this is no plain value")


# ---------------------------------------------------------------- batches


def _batch(some: Sequence[Found], first: int, word: str, mapper: Mapper) -> Batch:
    flat = mapper.mapping.format == FLAT
    every = [item.place for item in some] if flat else range(first, first + len(some))
    lines = [item for item in some if isinstance(item, ClaimLine)]
    numbers = [number for number, item in zip(every, some, strict=True) if isinstance(item, ClaimLine)]
    rejects = [
        Reject(number, "", "", item.reason if flat else f"{_where(word, item.place, item.claim, None)}: {item.reason}")
        for number, item in zip(every, some, strict=True)
        if isinstance(item, Refused)
    ]
    unsaid: Told | Unsaid = UNSAID if flat else None

    def told(way: Way) -> Raw:
        if len(way.fields) == 1:
            name = way.fields[0]
            return [line.told.get(name, unsaid) for line in lines]
        return [_together([line.told.get(name, unsaid) for name in way.fields]) for line in lines]

    places = () if flat else [_place_of(word, line) for line in lines]
    others = {name: pa.array([_kept(line.told, name) for line in lines], pa.string()) for name in mapper.mapping.keep}
    return mapper.batch(told, np.array(numbers, np.int64), others, rejects, places)


def _place_of(word: str, line: ClaimLine) -> str:
    return _where(word, line.place, line.told.get("claim_id"), line.told.get("line_number"))


def _where(word: str, place: int, claim: Told, line: Told) -> str:
    said = f"{word} {place:,}"
    if isinstance(claim, str):
        said += f", claim `{clipped(claim)}`"
    return said + (f", line {clipped(line, 20)}" if isinstance(line, str) else "")


def _together(several: Sequence[Told | Unsaid]) -> Told | Unsaid:
    """Give what several fields tell, one behind the other; unknown where one of them is."""
    texts: list[str] = []
    for told in several:
        if isinstance(told, Unsaid | Fault):
            return told
        texts += (told,) if isinstance(told, str) else told or ()
    return tuple(texts)


def _kept(told: Mapping[str, Told], name: str) -> str | None:
    value = told.get(name)
    if isinstance(value, tuple):
        return ";".join(value)
    return value if isinstance(value, str) else None
