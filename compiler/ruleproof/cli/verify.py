"""`ruleproof verify`: check a proof again, by a program that knows nothing of the prover."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ruleproof.cli.options import format_option

_LARGEST = 64_000_000


@click.command("verify")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.option("--policy", metavar="PATH", help="Also check that the certificate is about this policy.")
@format_option("text", "json")
def command(certificate: Path, policy: str | None, format: str) -> int:
    """Check a proof again, by a second program.

    CERTIFICATE is a file as `build` writes it.  The check says whether the boxes of the proof fill the space without
    touching, and whether each rule and answer is as stated there.  With --policy the conditions of the certificate are
    compared with those of the policy.

    \b
    Example:
      ruleproof verify out/panels.certificate.json --policy panels.policy
    """
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.terminal import say
    from ruleproof.verify import FlawError, verify

    try:
        if certificate.stat().st_size > _LARGEST:
            raise Failure(f"{certificate} is larger than {_LARGEST:,} bytes", "no certificate is that large")
        text = certificate.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise Failure(f"{certificate} cannot be read: {reason}", "name a certificate that `build` wrote") from None
    try:
        boxes = verify(text)
        if policy is not None:
            _same_policy(text, policy)
    except FlawError as error:
        _show(certificate, {}, str(error), format)
        return 1
    _show(certificate, boxes, "", format)
    if policy is None and format == "text":
        say("verified in itself; not compared with a policy (`--policy FILE`)")
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
    for key in ("policy", "sha256", "cannot_happen", "no_text"):
        if theirs.get(key) != ours[key]:
            raise FlawError(f"the certificate is about another text of the policy: `{key}` differs")
    for certificate in (theirs, ours):
        for decision in certificate["decisions"]:
            decision.pop("boxes", None)
    if theirs["decisions"] != ours["decisions"]:
        raise FlawError("the certificate states other rules than the policy")
    if theirs["dimensions"] != ours["dimensions"]:
        raise FlawError("the certificate states other inputs or cells than the policy")


def _show(path: Path, boxes: dict[str, int], flaw: str, format: str) -> None:
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
                }
            )
        )
    elif flaw:
        say(visible(f"{shown(path)}: error: {flaw}"), err=True)
    else:
        for name, number in boxes.items():
            say(visible(f"{name}  verified: {number} boxes fill the space, each with the answer of its rules"))
