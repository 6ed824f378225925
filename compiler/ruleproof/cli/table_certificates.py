"""Certificates of decision tables made elsewhere: written by `ruleproof build`, checked by `ruleproof verify`."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ruleproof.cli.failures import Failure
from ruleproof.cli.report import Checked
from ruleproof.cli.tables import TableOptions, is_table, read_tables_of

if TYPE_CHECKING:
    from ruleproof.artifacts.to_table_certificate import TablesRead


def certificates_of(paths: Sequence[str], options: TableOptions, taken: Collection[str]) -> dict[str, bytes]:
    """Give the certificate of each file of tables, by the name of the file to write; `taken` are names of other files."""
    from ruleproof.artifacts.names import file_stem
    from ruleproof.artifacts.to_table_certificate import to_table_certificate

    made: dict[str, bytes] = {}
    for path in paths:
        name = f"{file_stem(PurePath(path).stem)}.certificate.json"
        if name in taken or name in made:
            raise Failure(
                f"two files want to write `{name}`", "rename one of them, or build them into different folders"
            )
        made[name] = to_table_certificate(_read(path, options)).encode("utf-8")
    return made


def _read(path: str, options: TableOptions) -> TablesRead:
    from ruleproof.artifacts.to_table_certificate import TablesRead
    from ruleproof.pipeline import limits_of

    file = read_tables_of(path, options.hit_policy)
    if isinstance(file, Checked):
        raise Failure(f"{path} cannot be read", "`ruleproof check` says why")
    tables, limits = file.reading.tables, limits_of(file.reading)
    own = tuple(limits.get(index, {}) for index in range(len(tables)))
    return TablesRead(tables, file.sha256, own, options.hit_policy, options.missing)


def is_about_tables(certificate: str) -> bool:
    """Tell whether a certificate says that it is one of decision tables."""
    try:
        found = json.loads(certificate)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and str(found.get("format", "")).startswith("ruleproof table")


def same_tables(certificate: str, path: str) -> None:
    """Compare what a certificate says of tables with the tables of a file, read as it says."""
    from ruleproof.artifacts.to_table_certificate import statements
    from ruleproof.verify import FlawError

    theirs = json.loads(certificate)
    if not is_table(path):
        raise Failure(f"{path} is no file of decision tables", "name the file that the certificate was made of")
    ours = statements(_read(path, _options(theirs.get("read_with"))))
    if theirs.get("sha256") != ours["sha256"]:
        raise FlawError("the certificate is about another text of the tables: `sha256` differs")
    if len(theirs["tables"]) != len(ours["tables"]):
        raise FlawError("the file has another number of tables than the certificate")
    for one, other in zip(theirs["tables"], ours["tables"], strict=True):
        for key, value in other.items():
            if one.get(key) != value:
                raise FlawError(f"{other['table']}: the certificate states other {key} than the file")


def _options(read_with: Any) -> TableOptions:
    """Give how the tables were read, as a certificate says."""
    from ruleproof.readers.hit_policies import hit_policy_of
    from ruleproof.verify import FlawError

    match read_with:
        case {"hit_policy": str(policy), "missing": bool(missing)} if not policy or hit_policy_of(policy) is not None:
            return replace(TableOptions(), hit_policy=policy, missing=missing)
        case _:
            raise FlawError("the certificate does not say how the tables were read")
