"""`ruleproof codes`: whether a code list holds a code, on which date of service, as posted on which day, and since when."""

from __future__ import annotations

import difflib

import click

from ruleproof.cli.options import format_option


@click.command("codes")
@click.argument("policy")
@click.argument("list_name", metavar="LIST")
@click.argument("code", metavar="CODE")
@click.option("--on", "service_date", metavar="DATE", help="The date of service, such as 2024-03-21.")
@click.option("--as-posted-on", metavar="DATE", help="By what had been posted on this day; by everything unless given.")
@format_option("text", "json")
def command(
    policy: str, list_name: str, code: str, service_date: str | None, as_posted_on: str | None, format: str
) -> int:
    """Say whether a code list holds a code, and which revision made it so.

    The answer is yes, no, elsewhere (the list has moved to another document) or unknown.  What was known on other days of
    posting is said too.

    \b
    Example:
      ruleproof codes panels.policy group_2 "ICD C00.2" --on 2021-08-01 --as-posted-on 2021-09-01
    """
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.reading import read_one
    from ruleproof.cli.report import check_all
    from ruleproof.cli.showing import show
    from ruleproof.cli.terminal import emit, say
    from ruleproof.runtime.kernel.values import InputError
    from ruleproof.runtime.load import list_of

    report = check_all([read_one(policy)])
    (file,) = report.files
    if file.compiled is None:
        show(report, format, None, "usual")
        return report.status
    names = [item.name for item in file.compiled.policy.code_lists]
    if list_name not in names:
        near = difflib.get_close_matches(list_name, names, n=1)
        advice = f"did you mean `{near[0]}`?" if near else f"the lists are {', '.join(names) or 'none'}"
        raise Failure(f"the policy has no code list `{list_name}`", advice)
    listed = list_of(file.compiled, list_name)
    try:
        member = listed.contains(code, service_date, as_posted_on)
        over_time = listed.over_time(code, service_date)
    except InputError as error:
        raise Failure(str(error), "write the code with its system, and dates like 2024-03-21") from None
    if format == "json":
        told = [{"posted_from": day and day.isoformat(), **item.as_dict()} for day, item in over_time]
        emit(dumps({"list": list_name, "code": code, **member.as_dict(), "over_time": told}))
        return 0
    say(f"{list_name}: {_in_words(member)}")
    for day, item in over_time if len(over_time) > 1 else ():
        since = "before all" if day is None else f"from {day.isoformat()}"
        say(f"  as posted {since}: {_in_words(item)}")
    return 0


def _in_words(member: object) -> str:
    from ruleproof.runtime.kernel.lists import Membership

    assert isinstance(member, Membership)
    posted = f" of {member.posted.isoformat()}" if member.posted else ""
    by = (
        f", by {member.by}{posted}"
        if member.by
        else f", by what was posted on {member.posted}"
        if member.posted
        else ""
    )
    return f"{member.state}{f' ({member.to})' if member.to else ''}{by}{f', see {member.reading}' if member.reading else ''}"
