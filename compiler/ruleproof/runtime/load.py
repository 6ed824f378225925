"""A policy as a value that answers, without a build step: the tables of the emitted module, built in memory."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruleproof.artifacts.tables import QUESTIONS, Made, Tables, tables_of
from ruleproof.compiled import Compiled, Rejected
from ruleproof.finding import Finding, Severity, Value
from ruleproof.pipeline import compile_source
from ruleproof.runtime import kernel
from ruleproof.runtime.kernel.answers import Answer, Judged, JudgedClaim, PolicyVersion
from ruleproof.runtime.kernel.program import Program
from ruleproof.runtime.kernel.values import UNKNOWN
from ruleproof.source import Source, source_from_bytes, source_from_text
