"""The facts of a claim and its history for a command: read from files, each mistake said with the file that it stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ruleproof.cli.claims import ClaimError, read_claim, read_history
from ruleproof.cli.eval import in_json_words, refuse, shown_value

if TYPE_CHECKING:
    from ruleproof.compiled import Compiled

_Found = TypeVar("_Found")


class Facts:
    """A claim, with the files that it came from."""

    def __init__(self, path: str, history: str | None = None) -> None:
        self.path, self.history_path = path, history
        self._reading = path

    def read(self, compiled: Compiled) -> tuple[dict[str, object], object]:
        """Give the claim, and the earlier services: of the file that names them, or of the claim itself."""
        self._reading = self.path
        facts = read_claim(self.path)
        told = facts.pop("history", None) if "history" not in compiled.space.inputs else None
        if self.history_path is None:
            return facts, told
        if told is not None:
            raise ClaimError("the claim has a `history`, and --history gives one too", "leave one of the two out")
        self._reading = self.history_path
        told = read_history(self.history_path)
        self._reading = self.path
        return facts, told

    def attempt(self, work: Callable[[], _Found], format: str) -> _Found | int:
        """Do work with the claim; where the claim is refused, say so and give the exit status."""
        from ruleproof.runtime.kernel.values import InputError

        try:
            return work()
        except ClaimError as error:
            return refuse(self._reading, error.message, error.help, {}, format)
        except InputError as error:
            about_history = error.input == "history" or error.message.startswith("earlier service ")
            place = self.history_path if self.history_path is not None and about_history else self.path
            about = {"input": error.input, "value": shown_value(error.value), "allowed": error.allowed}
            return refuse(place, in_json_words(error), "", about | {"cannot_happen": list(error.cannot_happen)}, format)
