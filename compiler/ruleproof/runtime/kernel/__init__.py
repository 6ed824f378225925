"""The evaluator of every policy: tables in, answers out; standard library only.

Always true of its parts: each imports the standard library and the parts before it, nothing else, and does so above its
first dashed line; what is below that line is pasted, part after part, into every emitted module.  For the same reason
nothing here loads `typing`, `re`, `decimal` or `dataclasses` before it is needed: emitted modules must load quickly.
"""

from __future__ import annotations

PARTS = ("values", "inputs", "lists", "consequences", "answers", "graphs", "history", "program", "over_time")
"""The parts, in the order in which they are pasted."""
