"""Databases that run the emitted statements in the tests, each behind one small door: make tables, run a file, read a view."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from ruleproof.model import nodes as model

Row = Mapping[str, Any]


class Engine(Protocol):
    """A database: its dialect, and what the tests do with it."""

    ending: str

    def load(self, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        """Make a table anew; a column is `text`, `number`, `decimal`, `date`, `boolean` or `codes`."""

    def run(self, file: str) -> None:
        """Run every statement of a file."""

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Give the rows of a query."""

    def view(self, name: str, *tables: str) -> str:
        """Give what stands behind FROM to judge tables."""


def kind_of(domain: model.Domain) -> str:
    """Give the kind of column that holds the values of a domain."""
    match domain:
        case model.YesNo():
            return "boolean"
        case model.WholeNumber():
            return "number"
        case model.DecimalNumber():
            return "decimal"
        case model.Day():
            return "date"
        case model.SeveralCodes():
            return "codes"
        case _:
            return "text"


def statements_of(file: str) -> list[str]:
    """Give the statements of a file: a line that ends in `;` and is no comment ends one, as the page about SQL says."""
    found: list[str] = []
    lines: list[str] = []
    for line in file.splitlines():
        lines.append(line)
        if line.endswith(";") and not line.lstrip().startswith("--"):
            found.append("\n".join(lines).removesuffix(";"))
            lines = []
    return found


# ---------------------------------------------------------------- DuckDB


class DuckDBEngine:
    ending = "duckdb"

    def __init__(self) -> None:
        import duckdb

        self.connection = duckdb.connect()

    def load(self, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        import pyarrow as pa

        kinds = {
            "text": pa.string(), "number": pa.int64(), "decimal": pa.decimal128(30, 12), "date": pa.date32(),
            "boolean": pa.bool_(), "codes": pa.list_(pa.string()),
        }  # fmt: skip
        made = pa.table(
            {name: pa.array([_plain(row[name]) for row in rows], kinds[kind]) for name, kind in columns.items()}
        )
        self.connection.register("made", made)
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM made")
        self.connection.unregister("made")

    def run(self, file: str) -> None:
        self.connection.execute(file)

    def ask(self, query: str) -> list[dict[str, Any]]:
        import pyarrow as pa

        rows: list[dict[str, Any]] = pa.table(self.connection.sql(query)).to_pylist()
        return rows

    def view(self, name: str, *tables: str) -> str:
        return f'"{name}"({", ".join(repr(table) for table in tables)})'


# ---------------------------------------------------------------- PostgreSQL


def postgresql_folder() -> Path | None:
    """Find the programs of a PostgreSQL server: those of Debian, or on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3].zfill(4))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


def postgresql_missing() -> str:
    """Say what is missing to run a server here; empty where nothing is."""
    if postgresql_folder() is None:
        return "there is no PostgreSQL server here (Debian and Ubuntu: apt install postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "a PostgreSQL server does not run as root, and there is no `setpriv` to run it as another user"
    return ""


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """Run a server of its own in a new folder, reached by a socket in it only; give what `psycopg.connect` takes."""
    folder = postgresql_folder()
    assert folder is not None
    home = Path(tempfile.mkdtemp(prefix="ruleproof-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        import pwd

        nobody = pwd.getpwnam("nobody")
        as_user = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    home.chmod(0o700)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    server: subprocess.Popen[bytes] | None = None
    try:
        made = [*as_user, str(folder / "initdb"), "-D", str(home / "data"), "-U", "tests", "-A", "trust"]
        made += ["-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, env=environment, cwd="/")
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={home}",
            "fsync=off",
            "jit=off",
            "max_connections=10",
        )
        command = [*as_user, str(folder / "postgres"), "-D", str(home / "data")]
        command += [part for setting in settings for part in ("-c", setting)]
        server = subprocess.Popen(
            command, env=environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        address = f"host={home} user=tests dbname=postgres"
        _wait_for(address, server)
        yield address
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # a fast shutdown: it disconnects whoever is left
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(200):
        if server.poll() is not None:
            raise RuntimeError(f"the PostgreSQL server ended with status {server.returncode}")
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the PostgreSQL server does not answer")


class PostgreSQLEngine:
    ending = "postgresql"

    def __init__(self, address: str) -> None:
        import psycopg

        self.connection = psycopg.connect(address, autocommit=True)

    def close(self) -> None:
        self.connection.close()

    def load(self, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        kinds = {"number": "BIGINT", "decimal": "NUMERIC", "codes": "TEXT[]"}
        quoted = {name: '"' + name.replace('"', '""') + '"' for name in columns}
        declared = ", ".join(f"{quoted[name]} {kinds.get(kind, kind.upper())}" for name, kind in columns.items())
        with self.connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {table} CASCADE; CREATE TABLE {table} ({declared})")  # type: ignore[call-overload]
            with cursor.copy(f"COPY {table} ({', '.join(quoted.values())}) FROM STDIN") as copy:  # type: ignore[call-overload]
                for row in rows:
                    copy.write_row([_plain(row[name]) for name in columns])
            cursor.execute(f"ANALYZE {table}")  # type: ignore[call-overload]

    def run(self, file: str) -> None:
        self.connection.execute(file)  # type: ignore[call-overload]

    def ask(self, query: str) -> list[dict[str, Any]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query)  # type: ignore[call-overload]
            assert cursor.description is not None
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def view(self, name: str, *_tables: str) -> str:
        return f'"{name}"'


# ---------------------------------------------------------------- Spark


class SparkEngine:
    ending = "spark"

    def __init__(self, session: Any) -> None:
        self.session = session

    def load(self, table: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        from pyspark.sql import types

        kinds: dict[str, Any] = {
            "text": types.StringType(), "number": types.LongType(), "decimal": types.DecimalType(30, 12),
            "date": types.DateType(), "boolean": types.BooleanType(), "codes": types.ArrayType(types.StringType()),
        }  # fmt: skip
        schema = types.StructType([types.StructField(name, kinds[kind]) for name, kind in columns.items()])
        plain = [tuple(_plain(row[name]) for name in columns) for row in rows]
        self.session.createDataFrame(plain, schema).createOrReplaceTempView(table)

    def run(self, file: str) -> None:
        for statement in statements_of(file):
            self.session.sql(statement)

    def ask(self, query: str) -> list[dict[str, Any]]:
        return [row.asDict() for row in self.session.sql(query).collect()]

    def view(self, name: str, *_tables: str) -> str:
        return f"`{name}`"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def as_value(item: Any) -> Any:
    """Give a value as the tests compare it."""
    if isinstance(item, datetime.datetime):
        return item.date()
    return item if not isinstance(item, Decimal) else item.normalize()
