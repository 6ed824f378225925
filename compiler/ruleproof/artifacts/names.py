"""Names of a policy as names in code and of files: safe everywhere, readable where they can be, never the same twice."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

_STANDARD_LIBRARY = frozenset(
    re.findall(
        r"\w+",
        """
    abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect
    builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent
    configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal
    difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
    fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html
    http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale
    logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis
    nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools
    pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
    pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select
    selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
    sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig
    syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token
    tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu
    uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport
    zlib zoneinfo
    """,
    )
)
"""Written out, so that every Python gives the same file names.  A module with such a name would be found instead."""

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(10))}
)
"""Names that some systems keep for devices, whatever the ending of the file."""

_SPELT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "Æ": "Ae", "Œ": "Oe", "Ø": "O"})
"""How letters are written in plain ones that are no plain letter with a mark."""


def identifier(text: str) -> str:
    """Give a plain name that is close to a text; empty where no letter of it is left.

    >>> identifier("größe (mm)"), identifier("class"), identifier("2nd"), identifier("</svg>")
    ('grosse_mm', 'class', '_2nd', 'svg')
    """
    apart = unicodedata.normalize("NFKD", text[:60].translate(_SPELT))
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    plain = re.sub(r"[^A-Za-z0-9]+|_+", "_", letters).strip("_")
    return f"_{plain}" if plain[:1].isdigit() else plain


def identifiers(names: Iterable[str], taken: Collection[str] = (), fallback: str = "name") -> dict[str, str]:
    """Give each name an identifier of its own: itself where it is one and not taken, else one that is close."""
    listed = list(dict.fromkeys(names))
    found: dict[str, str] = {}
    used = set(taken)
    for name in listed:
        if _is_plain(name) and name not in used:
            found[name] = name
            used.add(name)
    for number, name in enumerate(listed, 1):
        if name not in found:
            found[name] = unused(identifier(name).lstrip("_") or f"{fallback}_{number}", used)
            used.add(found[name])
    return {name: found[name] for name in listed}


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None and not keyword.iskeyword(name)


def unused(name: str, used: Collection[str]) -> str:
    """Give a name that is no keyword and not in use: itself, with `_`, or with a number.

    >>> unused("class", {"class_"}), unused("genes", ()), unused("2nd", ())
    ('class_2', 'genes', 'n2nd')
    """
    name = f"n{name}" if name[:1].isdigit() else name
    if not keyword.iskeyword(name) and name not in used:
        return name
    candidates = (f"{name.rstrip('_')}_", *(f"{name.rstrip('_')}_{number}" for number in range(2, len(used) + 3)))
    return next(candidate for candidate in candidates if candidate not in used)


def file_stem(policy_name: str) -> str:
    """Give the name of the files of a policy, without ending: fit for every file system, and to be imported.

    >>> file_stem("tumor_ngs_panels"), file_stem("class"), file_stem("datetime"), file_stem("../x"), file_stem("con")
    ('tumor_ngs_panels', 'class_', 'datetime_', 'x', 'con_')
    """
    name = identifier(policy_name).lstrip("_") or "policy"
    return unused(name, {name} if name in _STANDARD_LIBRARY or name.lower() in _DEVICES else ())
