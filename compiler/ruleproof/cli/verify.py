"""`ruleproof verify`: check a proof again, by a program that knows nothing of the prover."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import format_option

if TYPE_CHECKING:
    from ruleproof.verify_tables.table import Verified

_LARGEST = 64_000_000


@click.command("verify")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.option(
    "--policy", metavar="PATH", help="Also check that the certificate is about this policy, or this file of tables."
)
@format_option("text", "json")
def command(certificate: Path, policy: str | None, format: str) -> int:
    """Check a proof again, by a second program.

    CERTIFICATE is a file as `build` writes it.  The check says whether the boxes of the proof fill the space without
    touching, and whether each rule and answer is as stated there.  With --policy the conditions of the certificate are
    compared with those of the policy, or of the decision tables.

    \b
    Examples:
      ruleproof verify out/panels.certificate.json --policy panels.policy
      ruleproof verify out/loans.certificate.json --policy loans.dmn
    """
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.table_certificates import is_about_tables, same_tables
    from ruleproof.cli.terminal import say
    from ruleproof.verify import FlawError, verify
    from ruleproof.verify_tables.table import verify_tables

    try:
        if certificate.stat().st_size > _LARGEST:
            raise Failure(f"{certificate} is larger than {_LARGEST:,} bytes", "no certificate is that large")
        text = certificate.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise Failure(f"{certificate} cannot be read: {reason}", "name a certificate that `build` wrote") from None
    about_tables = is_about_tables(text)
    proofs: Sequence[Verified] = ()
    boxes: dict[str, int] = {}
    try:
        if about_tables:
            proofs = verify_tables(text)
        else:
            boxes = verify(text)
        if policy is not None:
            (same_tables if about_tables else _same_policy)(text, policy)
    except FlawError as error:
        _show(certificate, {}, (), str(error), format)
        return 1
    _show(certificate, boxes, proofs, "", format)
    if policy is None and format == "text":
        of = "a file of tables" if about_tables else "a policy"
        say(f"verified in itself; not compared with {of} (`--policy FILE`)")
    return 0


def _same_policy(text: str, path: str) -> None:
    """Compare what a certificate supposes with what the policy says."""
    from ruleproof.artifacts.to_certificate import to_certificate
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import read_one
    from ruleproof.cli.report import check_all
    from ruleproof.verify import FlawError

    (file,) = check_all([read_one(path)]).files
    if file.compiled is None:
        raise Failure(f"{path} is no policy yet", "`ruleproof check` says why")
    theirs, ours = json.loads(text), json.loads(to_certificate(file.compiled))
    for key in ("policy", "sha256", "codes", "cannot_happen", "no_text"):
        if theirs.get(key) != ours.get(key):
            raise FlawError(f"the certificate is about another text of the policy: `{key}` differs")
    for certificate in (theirs, ours):
        for decision in certificate["decisions"]:
            decision.pop("boxes", None)
    if theirs["decisions"] != ours["decisions"]:
        raise FlawError("the certificate states other rules than the policy")
    if theirs["dimensions"] != ours["dimensions"]:
        raise FlawError("the certificate states other inputs or cells than the policy")


def _show(path: Path, boxes: dict[str, int], proofs: Sequence[Verified], flaw: str, format: str) -> None:
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.machine import compiler_version
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say

    if format == "json":
        emit(
            dumps(
                {
                    "ruleproof": compiler_version(),
                    "certificate": shown(path),
                    "verified": not flaw,
                    "flaw": flaw,
                    "boxes": boxes,
                    "tables": list(map(asdict, proofs)),
                }
            )
        )
    elif flaw:
        say(visible(f"{shown(path)}: error: {flaw}"), err=True)
    else:
        for name, number in boxes.items():
            say(visible(f"{name}  verified: {number} boxes fill the space, each with the answer of its rules"))
        for proof in proofs:
            say(visible(_in_words(proof)))


def _in_words(proof: Verified) -> str:
    gaps = "every case has an answer" if proof.complete else f"in {proof.gaps:,} of them no rule matches"
    clashes = "no rules contradict each other" if proof.consistent else "some rules contradict each other"
    count = (
        f"{proof.regions:,} region{'' if proof.regions == 1 else 's'} fill{'s' if proof.regions == 1 else ''} the space"
    )
    return f"{proof.table} ({proof.hit_policy})  verified: {count}; {gaps}; {clashes}"
