"""Starts the command line: `python -m ruleproof`."""

from __future__ import annotations

from ruleproof.cli import main

if __name__ == "__main__":
    main(prog_name="ruleproof")
