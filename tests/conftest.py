"""What all tests share: the `--rewrite` switch and how hard Hypothesis tries."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

# How many random policies a law is tried on: `default` for the next minute, `ci` so that the same commit always gives
# the same verdict, `thorough` for a night, `mutants` for `tests/mutants.py`.
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
# Why a shrunk case fails is not explained line by line: on a compiler that takes longer than everything else.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
_ALL: Any = {"deadline": None, "suppress_health_check": _SLOW_IS_FINE, "phases": _PHASES}
settings.register_profile("default", max_examples=50, **_ALL)
settings.register_profile("ci", max_examples=100, derandomize=True, print_blob=True, **_ALL)
settings.register_profile("thorough", max_examples=2000, **_ALL)
settings.register_profile("mutants", max_examples=10, derandomize=True, **_ALL)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))

# A shell that starts the tests in the background lets them ignore Ctrl-C, and `nohup` the end of the terminal, and so
# would every command that a test stops.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="accept what the compiler says now as the expected text of samples and artifacts; then read the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--rewrite") and os.environ.get("CI"):
        raise pytest.UsageError("--rewrite accepts whatever comes out, so it is refused where CI is set")


@pytest.fixture(scope="session")
def rewrite(request: pytest.FixtureRequest) -> bool:
    """True where expected texts are to be written anew instead of compared."""
    return bool(request.config.getoption("--rewrite"))
