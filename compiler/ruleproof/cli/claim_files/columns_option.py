"""The option `--columns`: a mapping file is read and held against the policy, and files are opened by it."""

from __future__ import annotations

from pathlib import Path

from ruleproof.beside import FolderBeside
from ruleproof.cli.claim_files.claim_file import ClaimFile
from ruleproof.cli.claim_files.mapped_columns import open_columns
from ruleproof.cli.claim_files.mapped_lines import open_lines
from ruleproof.cli.failures import Failure
from ruleproof.cli.reading import shown
from ruleproof.compiled import Compiled
from ruleproof.readers.claims.fields import FLAT, RIF
from ruleproof.readers.claims.mapping import ColumnMapping, MappingError, Way
from ruleproof.readers.claims.mapping_reading import LARGEST_MAPPING, mapping_from_toml
from ruleproof.runtime.kernel.inputs import SeveralCodesInput
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import InputError

_JSON_LINES = (".ndjson", ".jsonl")


def read_mapping(path: Path, compiled: Compiled, program: Program) -> ColumnMapping:
    """Read a mapping file for a policy; what is wrong with it is said with its line."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_MAPPING + 1)
    except OSError as error:
        raise Failure(
            f"{shown(str(path))}: the mapping cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    inputs = {item.name: item.domain for item in compiled.policy.asked}
    try:
        mapping = mapping_from_toml(str(path), content, inputs, FolderBeside(path.parent).read)
        _check_values(mapping, program)
    except MappingError as error:
        raise _failed(path, error) from None
    return mapping


def open_mapped(path: Path, program: Program, mapping: ColumnMapping) -> ClaimFile:
    """Open a file of claims by a mapping."""
    try:
        if mapping.format in (FLAT, RIF) and path.suffix.lower() not in _JSON_LINES:
            return open_columns(path, program, mapping)
        if mapping.format == RIF:
            raise Failure(f"{shown(str(path))}: a file of the format `rif` is no NDJSON", 'map it with format = "flat"')
        return open_lines(path, mapping)
    except MappingError as error:
        raise _failed(Path(mapping.path), error) from None


def files_of(mapping: ColumnMapping | None) -> tuple[Path, ...]:
    """Give the mapping file, and the files that it reads."""
    if mapping is None:
        return ()
    path = Path(mapping.path)
    return (path, *(path.parent / name for name in mapping.files))


def _failed(path: Path, error: MappingError) -> Failure:
    return Failure(f"{shown(str(path))}, line {error.line}: {error.message}", error.help)


def _check_values(mapping: ColumnMapping, program: Program) -> None:
    """Refuse values that an input cannot be, before any claim is read."""
    for way in mapping.ways:
        item = next(item for item in program.inputs if item.name == way.input)
        for value in _values(way):
            try:
                item.read((value,) if isinstance(item, SeveralCodesInput) else value)
            except InputError as error:
                raise MappingError(error.message, way.line) from None


def _values(way: Way) -> list[str]:
    """Give the values that a way leads to whatever the claims hold."""
    if way.constant is not None:
        return [way.constant]
    if way.holds:
        return ["yes", "no"]
    return sorted({value for value in (way.values or {}).values() if value is not None})
