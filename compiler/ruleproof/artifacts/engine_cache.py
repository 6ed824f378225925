"""The layout engine as machine code, kept from one run to the next: compiling it takes a second or more, reading it none.

Machine code read from a file runs with all rights of the user, so a file is used only if nobody else can have written it
(our own file in our own folder, closed to others), and only whole (a digest stands in front of it).  The digest finds
damage, not malice: whoever may write into the folder may also write a fitting digest, which is why the owner is checked.
Any doubt, and any error, means compiling anew; no caller ever sees one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import tempfile
from importlib.metadata import version
from pathlib import Path

import wasmtime
from platformdirs import user_cache_path

_DIGEST_SIZE = hashlib.sha256().digest_size
_LARGEST = 64 * 2**20


def cache_folder() -> Path:
    """Give the folder of this user for compiled code; it need not be there yet."""
    return user_cache_path("ruleproof", appauthor=False) / "chart-engine"


def compiled_module(engine: wasmtime.Engine, wasm: bytes, folder: Path) -> wasmtime.Module:
    """Give the module of some WebAssembly, from the folder if it is there and can be trusted."""
    path = folder / _file_name(wasm)
    code = _read(path)
    if code is not None:
        with contextlib.suppress(wasmtime.WasmtimeError):  # made for another processor, or with other settings
            return wasmtime.Module.deserialize(engine, code)
    module = wasmtime.Module(engine, wasm)
    _write(path, bytes(module.serialize()))
    return module


def _file_name(wasm: bytes) -> str:
    """Name the file after all that its content depends on, as far as it is known before compiling."""
    parts = (hashlib.sha256(wasm).hexdigest()[:16], version("wasmtime"), platform.system(), platform.machine())
    return "-".join(parts).lower() + ".code"


def _ours_alone(status: os.stat_result) -> bool:
    """Tell whether nobody but this user can have written something; where files have no owner, the profile is private."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> bytes | None:
    """Give the code in a file, or `None` where there is none to be trusted."""
    try:
        if not _ours_alone(path.parent.lstat()):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not _ours_alone(status) or status.st_size > _LARGEST:
                return None
            content = file.read()
    except OSError:
        return None
    digest, code = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    return code if digest == hashlib.sha256(code).digest() else None


def _write(path: Path, code: bytes) -> None:
    """Put code into a file in one step, so that no reader sees half of it; a folder that cannot be written is no error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours_alone(path.parent.lstat()):
            return
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
