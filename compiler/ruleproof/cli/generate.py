"""`ruleproof generate`: made-up claims that hit every rule, override and bound of a policy."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import allow_option, format_option

if TYPE_CHECKING:
    from ruleproof.runtime.generate import Generated, Generator, Rates

_KINDS = (".csv", ".ndjson", ".jsonl", ".parquet")
_RATE = click.FloatRange(0, 1)
_MOST = 1_000_000_000
_MOST_NAMED = 12


@click.command("generate")
@click.argument("policy")
@click.option("-n", "number", type=click.IntRange(1, _MOST), default=1000, metavar="N", help="How many claims; 1000.")
@click.option("--seed", type=int, default=1, metavar="S", help="The same seed gives the same claims; 1.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help=f"A file: {', '.join(_KINDS)}.")
@click.option("--noise", type=_RATE, default=0.2, metavar="RATE", help="The share drawn from everywhere; 0.2.")
@click.option("--faults", type=_RATE, default=0.0, metavar="RATE", help="The share with one planted fault; 0.")
@click.option(
    "--unknown", type=_RATE, default=0.0, metavar="RATE", help="The share of facts that noise leaves out (NDJSON); 0."
)
@click.option("--histories", is_flag=True, help="Add the earlier services that limits hang on, as `history` (NDJSON).")
@click.option(
    "--made-for",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Say for each row what it was made for: a rule, an override, a bound, noise, or a fault.",
)
@allow_option
@format_option("text", "json")
def command(
    policy: str,
    number: int,
    seed: int,
    output: Path | None,
    noise: float,
    faults: float,
    unknown: float,
    histories: bool,
    made_for: Path | None,
    allow: tuple[str, ...],
    format: str,
) -> int:
    """Make up claims that hit every rule, override and bound.

    States of requirements are hit too; what can be hit at all is hit once in each round, in random
    order.  Without -o the claims are printed, one JSON object a line.  The same policy, seed and rates give the same bytes.

    \b
    Examples:
      ruleproof generate panels.policy -n 10000 --seed 7 -o claims.parquet
      ruleproof generate panels.policy --faults 0.05 --made-for why.csv -o claims.csv
    """
    from ruleproof.cli.eval import fit_policy
    from ruleproof.runtime.generate import Generator, Rates

    kind = ".ndjson" if output is None else output.suffix.lower().replace(".jsonl", ".ndjson")
    if output is not None and output.suffix.lower() not in _KINDS:
        raise click.UsageError(f"-o: `{output}` has none of the endings {', '.join(_KINDS)}")
    if kind != ".ndjson" and (unknown or histories):
        raise click.UsageError("--unknown and --histories need an output of .ndjson: columns have a value in every row")
    if not all(0 <= rate <= 1 for rate in (noise, faults, unknown)):  # what is no number is in no range
        raise click.UsageError("--noise, --faults and --unknown are shares from 0 to 1")
    if noise + faults > 1:
        raise click.UsageError("--noise and --faults are shares of the claims, and more than 1 together")
    _keep_apart(policy, output, made_for)
    compiled = fit_policy(policy, allow, format)
    if isinstance(compiled, int):
        return compiled
    generator = Generator(compiled, seed, histories=histories, typed=kind == ".parquet")
    counts = _write(generator, number, Rates(noise, faults, unknown), kind, output, made_for)
    _say(generator, counts, output, format)
    return 0


def _keep_apart(policy: str, output: Path | None, made_for: Path | None) -> None:
    """Refuse to write over the policy, or two files into one."""
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import STDIN, shown

    if output is not None and made_for is not None and output.resolve() == made_for.resolve():
        raise click.UsageError("-o and --made-for are the same file")
    read = Path(policy)
    for path, option in ((output, "-o"), (made_for, "--made-for")):
        if policy != STDIN and path is not None and path.exists() and read.exists() and path.samefile(read):
            raise Failure(f"`{shown(policy)}` is a file that is read", f"choose another name with {option}")


def _write(
    generator: Generator, number: int, rates: Rates, kind: str, output: Path | None, made_for: Path | None
) -> Counter[str]:
    """Write the claims; give how many were made for what."""
    from ruleproof.cli.made_up import CsvLines, writer_of
    from ruleproof.cli.writing import aside

    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        stream = sys.stdout.buffer if output is None else stack.enter_context(aside(output))
        writer = stack.enter_context(writer_of(kind, stream, generator.inputs))
        told = CsvLines(stack.enter_context(aside(made_for))) if made_for is not None else None
        if told is not None:
            told.row(["row", "made_for"])
        for row, claim in enumerate(_claims(generator, number, rates), 1):
            counts[claim.about] += 1
            writer.write(claim)
            if told is not None:
                told.row([str(row), claim.about])
    return counts


def _claims(generator: Generator, number: int, rates: Rates) -> Iterator[Generated]:
    from ruleproof.cli.failures import Failure
    from ruleproof.runtime.generate import NothingCanHappenError

    try:
        yield from generator.claims(number, rates)
    except NothingCanHappenError as error:
        raise Failure(str(error), "`ruleproof check` says what excludes everything") from None


def _say(generator: Generator, counts: Counter[str], output: Path | None, format: str) -> None:
    """Say what was made, beside the claims: on standard error where they are printed."""
    from ruleproof.cli.formats.letters import visible
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say

    faulty = sum(count for about, count in counts.items() if about.startswith("fault "))
    noise, missed = counts["noise"], [item.about for item in generator.targets if item.about not in counts]
    made = counts.total() - faulty - noise
    if format == "json":
        told = {
            "claims": counts.total(), "noise": noise, "faulty": faulty, "targets": len(generator.targets),
            "missed": missed, "out_of_reach": list(generator.out_of_reach), "made_for": dict(sorted(counts.items())),
        }  # fmt: skip
        if output is None:
            say(dumps(told), err=True)
        else:
            emit(dumps(told))
        return
    where = f" in {shown(str(output))}" if output is not None else ""
    claims = "claim" if counts.total() == 1 else "claims"
    lines = [f"{counts.total():,} {claims}{where}: {made:,} made to hit something, {noise:,} noise, {faulty:,} faulty"]
    short = f"; not {_listed(missed)}" if missed else ""
    lines.append(f"aimed at: {len(generator.targets) - len(missed):,} of {len(generator.targets):,}{short}")
    if generator.out_of_reach:
        count = len(generator.out_of_reach)
        lines.append(f"out of reach without --histories: {count:,}, {_listed(generator.out_of_reach)}")
    say("\n".join(map(visible, lines)), err=True)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"
