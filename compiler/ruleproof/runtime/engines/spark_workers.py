"""The processes of Spark as workers: pieces of work go to them, and what is made of each comes back in order."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

from ruleproof.runtime.engines.needed import java, spark_sql

Item = TypeVar("Item")
Made = TypeVar("Made")

WAITING = 1
"""How many items wait for a worker, beside one at each core, so that the workers have work while results are taken in."""
LOCAL = "local[*]"
_SECONDS_TO_ANSWER = 5
_ERROR = re.compile(r"[A-Z]\w+(\.\w+)*: ")
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}


class EngineError(ValueError):
    """An engine that cannot be used here; the message is a sentence that says why and what helps."""


class Workers:
    """A session of Spark, on this machine or on a cluster, for as long as it is entered.

    A session that the program already has is used, and stays.
    """

    def __init__(self, master: str | None = None) -> None:
        """`master` is the address of a cluster, such as `spark://host:7077`; nothing is every core of this machine."""
        self._master = master or LOCAL
        self._found: Any = None
        self._session: Any = None

    def __enter__(self) -> Workers:
        self._found = spark_sql().SparkSession.getActiveSession()
        self._session = self._found or _session(self._master)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._found is None:
            self._session.stop()

    def in_order(self, act: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
        """Give what the workers make of each item, in the order of the items; only some are on their way at a time.

        `act`, the items and what is made of them go from process to process.  What `act` raises becomes an `EngineError`.
        """
        context = self._session.sparkContext
        most = max(1, context.defaultParallelism) + WAITING
        coming = iter(items)
        with ThreadPoolExecutor(most) as threads:
            under_way: deque[Future[Made]] = deque()
            try:
                for item in coming:
                    under_way.append(threads.submit(_made, context, act, item))
                    if len(under_way) >= most:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            except BaseException:
                context.cancelAllJobs()
                raise


def _made(context: Any, act: Callable[[Item], Made], item: Item) -> Made:
    """Run a job of one task; a task whose worker dies is run again by Spark."""
    try:
        made: list[Made] = context.parallelize([item], 1).map(act).collect()
    except Exception as error:
        raise EngineError(f"a worker of Spark could not do its part: {_reason(str(error))}") from None
    return made[0]


def _reason(told: str) -> str:
    """Find in what Spark says the words of Python on the worker.

    >>> _reason("Job aborted: Traceback\\n  File x\\nModuleNotFoundError: No module named 'ruleproof'\\n\\tat org.apache")
    "ModuleNotFoundError: No module named 'ruleproof'"
    """
    lines = told.strip().splitlines() or ["no reason is given"]
    named = [line for line in lines if _ERROR.match(line)]
    return (named[-1] if named else lines[0])[:300]


def _session(master: str) -> Any:
    if java() is None:
        raise EngineError("Spark needs Java 17, and neither JAVA_HOME nor the path leads to one: install it")
    _refuse_unreachable(master)
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else Spark takes whatever is called python3
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = spark_sql().SparkSession.builder.master(master).appName("ruleproof")
    for name, value in _QUIET.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about pandas, which only its own functions use
        try:
            return builder.getOrCreate()
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
            raise EngineError(f"Spark does not start with the master `{master}`: {reason}") from None


def _refuse_unreachable(master: str) -> None:
    """Refuse a cluster of which no master answers: Spark itself gives up after a minute, in many words."""
    for host, port in (place.rpartition(":")[::2] for place in master.removeprefix("spark://").split(",")):
        if not master.startswith("spark://"):
            return
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), _SECONDS_TO_ANSWER):
            return
    raise EngineError(f"no master of Spark answers at `{master}`: start it, or name another with --master")
