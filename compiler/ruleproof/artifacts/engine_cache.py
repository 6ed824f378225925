"""The layout engine as machine code, kept from one run to the next: compiling it takes a second or more, reading it none.

Machine code read from a file runs with all rights of the user; `ruleproof.cache` says what is done about that.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

import wasmtime

from ruleproof.cache import cache_folder, keep, read_kept

__all__ = ["cache_folder", "compiled_module"]


def compiled_module(engine: wasmtime.Engine, wasm: bytes, folder: Path) -> wasmtime.Module:
    """Give the module of some WebAssembly, from the folder if it is there and can be trusted."""
    path = folder / _file_name(wasm)
    code = read_kept(path)
    if code is not None:
        with contextlib.suppress(wasmtime.WasmtimeError):  # made for another processor, or with other settings
            return wasmtime.Module.deserialize(engine, code)
    module = wasmtime.Module(engine, wasm)
    keep(path, bytes(module.serialize()))
    return module


def _file_name(wasm: bytes) -> str:
    """Name the file after all that its content depends on, as far as it is known before compiling."""
    parts = (hashlib.sha256(wasm).hexdigest()[:16], version("wasmtime"), platform.system(), platform.machine())
    return "-".join(("chart-engine", *parts)).lower()
