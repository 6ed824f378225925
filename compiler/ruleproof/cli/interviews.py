"""An interview on a terminal: questions with numbered choices, and the words that steer it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruleproof.cli.formats.letters import visible
from ruleproof.cli.terminal import Style, say, style_for_findings, style_for_results

if TYPE_CHECKING:
    from ruleproof.finding import Value
    from ruleproof.model.nodes import Input
    from ruleproof.runtime.explain.interview import Interview
    from ruleproof.runtime.load import LoadedPolicy

LONGEST_ANSWER = 10_000
"""How many letters of a line are read."""
BACK, WHY, UNKNOWN, QUIT = "back", "why", "unknown", "quit"
_WORDS = {"b": BACK, "w": WHY, "?": WHY, "u": UNKNOWN, "don't know": UNKNOWN, "q": QUIT, "exit": QUIT}
MOST_NOTES = 6
"""How many notes of an input are shown with its question."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An interview that is over."""

    interview: Interview
    stopped: bool
    """True where the person stopped it."""

    @property
    def settled(self) -> bool:
        return self.interview.question is None


class Terminal:
    """Leads one interview; `aside` puts everything on standard error."""

    def __init__(self, policy: LoadedPolicy, interview: Interview, save: Path | None, *, aside: bool) -> None:
        self.policy, self.interview, self.save, self.aside = policy, interview, save, aside
        self.english = policy.explainer().english
        self.style: Style = style_for_findings() if aside else style_for_results()

    def say(self, text: str) -> None:
        say(text, err=self.aside)

    def run(self) -> Ended:
        """Ask until all is settled, nothing is left to ask, or the answers end."""
        most = self.interview.most_left
        labels = [self.english.decisions[name] for name in self.interview.decisions]
        if most:
            self.say(
                visible(
                    f"{', '.join(labels)}: at most {_questions(most)}; back, why, unknown and quit work everywhere."
                )
            )
        while (question := self.interview.question) is not None:
            self.put(question.input)
            word = self.read(question.input)
            if word in (QUIT, None):
                return self.stop(word == QUIT)
        self.keep()
        self.tell()
        return Ended(self.interview, False)

    # -------------------------------------------------------------- a question

    def put(self, name: str) -> None:
        """Print a question with its choices."""
        item, left = self.interview.input(name), self.interview.most_left
        number = len(self.interview.asked) + 1
        rest = f"at most {_questions(left - 1)} after this one" if left > 1 else "the last one"
        self.say(
            f"\n{number}. {self.style.strong(visible(item.ask or f'{_capital(self.english.label(name))}?'))}"
            f" {self.style.faint(f'({rest})')}"
        )
        for note in item.notes[:MOST_NOTES]:
            self.say(f"   {self.style.faint(visible(note))}")
        if item.reviewer:
            self.say(f"   {self.style.faint(visible(f'A reviewer decides this: {item.reviewer}'))}")
        for place, value in enumerate(self.choices(item), 1):
            self.say(
                f"   {place}  {visible(self.english.value(name, value) if name not in self.english.hidden else str(value))}"
            )
        if not _listed(item):
            self.say(f"   {visible(self.allowed(name))}")

    def choices(self, item: Input) -> tuple[Value, ...]:
        """Give the values that are offered by number; a missing value last."""
        from ruleproof.model.nodes import Choice, YesNo

        match item.domain:
            case YesNo():
                values: tuple[Value, ...] = (True, False)
            case Choice(known):
                values = tuple(known)
            case _:
                values = ()
        return (*values, *((None,) if item.may_be_missing else ()))

    def allowed(self, name: str) -> str:
        return _capital(next(item.allowed for item in self.policy.program.inputs if item.name == name))

    def read(self, name: str) -> str | None:
        """Read lines until one answers the question, or steers; give the word that stops, nothing where the lines end."""
        while True:
            self.prompt()
            line = sys.stdin.readline(LONGEST_ANSWER)
            if not line:
                return None
            text = " ".join(line.split())
            word = _WORDS.get(text.lower(), text.lower())
            if word == QUIT:
                return QUIT
            if word == WHY:
                self.why(name)
            elif word == BACK:
                return self.go(
                    self.interview.back(), "There is nothing to take back." if not self.interview.asked else ""
                )
            elif word == UNKNOWN:
                return self.go(self.interview.dont_know(name))
            elif self.take(name, text):
                return ""

    def prompt(self) -> None:
        stream = sys.stderr if self.aside else sys.stdout
        stream.write("> ")
        stream.flush()

    def take(self, name: str, text: str) -> bool:
        """Take an answer; say why not where it is no value, or contradicts what was said before."""
        from ruleproof.runtime.kernel.values import InputError

        if not text:
            return False
        try:
            value = self.value(name, text)
            told = self.interview.answer(name, value)
            self.policy.interview(facts_of(self.policy, told), self.interview.decisions)
            if any(not left.counts for left in told.remaining.values()):
                self.say(f"   {self.style.error('no')}  that cannot be together with what was said before")
                return False
        except InputError as error:
            self.say(f"   {self.style.error('no')}  {visible(error.message)}")
            return False
        self.go(told)
        return True

    def value(self, name: str, text: str) -> Value:
        """Give the value that a line means: a number of the choices, a word for one of them, or a value as such."""
        from ruleproof.model.nodes import SeveralCodes

        item = self.interview.input(name)
        choices = self.choices(item)
        if _listed(item):
            if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(choices):
                return choices[int(text[:6]) - 1]
            short = {"y": "yes", "n": "no"}.get(text.lower(), text.lower())
            for value in choices:
                if short in (self.english.value(name, value), str(value).lower()):
                    return value
        elif item.may_be_missing and text.lower() in ("missing", "none", "1" if not _counts(item) else "missing"):
            return None
        given: object = [part.strip() for part in text.split(",")] if isinstance(item.domain, SeveralCodes) else text
        return self.policy.read_fact(name, given)

    # -------------------------------------------------------------- steps

    def go(self, interview: Interview, remark: str = "") -> str:
        self.interview = interview
        if remark:
            self.say(f"   {remark}")
        self.keep()
        return ""

    def keep(self) -> None:
        """Save the interview, where somebody asked for that."""
        if self.save is not None:
            from ruleproof.cli.ask import state_text
            from ruleproof.cli.writing import write_one

            write_one(self.save, state_text(self.interview))

    def stop(self, wanted: bool) -> Ended:
        kept = f"saved; go on with --resume {self.save}" if self.save else "not saved; --save keeps an interview"
        self.keep()
        self.say(f"\nStopped before it is settled ({visible(kept)}).")
        self.tell()
        return Ended(self.interview, wanted)

    def why(self, name: str) -> None:
        """Say what a question tells apart."""
        from ruleproof.runtime.explain.paragraphs import left_after, some_of

        worth = self.interview.question
        decision = self.interview.open[0]
        answers = len(self.interview.remaining[decision].counts)
        assert worth is not None
        said = (
            f"{_capital(self.english.decisions[decision])}: {answers} answers are still possible; {left_after(worth)}."
        )
        self.say(f"   {visible(said)}")
        for item in self.policy.explainer().what_if.ranges(decision, name, self.interview.known):
            if item.answers:
                self.say(f"   {visible(item.words)}: {visible(some_of(item.answers))}")

    def tell(self) -> None:
        """Say what comes out, decision by decision."""
        count = len(self.interview.asked)
        self.say(f"\n{self.style.faint(f'After {_questions(count)}:')}")
        for text in result_of(self.policy, self.interview):
            self.say(visible(text))


def facts_of(policy: LoadedPolicy, interview: Interview) -> dict[str, Any]:
    """Give what is known of the claim, without what is worked out or presumed."""
    names = set(policy.program.names)
    return {name: value for name, value in interview.told.items() if name in names}


def result_of(policy: LoadedPolicy, interview: Interview) -> list[str]:
    """Say what each decision of an interview answers, and why; where a fact worked out elsewhere was told, only what."""
    facts = facts_of(policy, interview)
    if len(facts) == len(interview.told):
        explanation = policy.explain(facts)
        return [explanation[name].text for name in interview.decisions]
    english = policy.explainer().english
    return [
        f"{_capital(english.decisions[name])}: {'; or '.join(english.answer(answer) for answer, _ in left.answers.values())}."
        for name, left in interview.remaining.items()
    ]


def _listed(item: Input) -> bool:
    """Tell whether all the values of an input are offered by number."""
    from ruleproof.model.nodes import Choice, YesNo

    return isinstance(item.domain, Choice | YesNo)


def _counts(item: Input) -> bool:
    """Tell whether a number can be a value of an input."""
    from ruleproof.model.nodes import DecimalNumber, WholeNumber

    return isinstance(item.domain, WholeNumber | DecimalNumber)


def _questions(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
