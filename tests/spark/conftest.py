"""Runs on a cluster of Spark, a master and two workers on this machine: `make test-spark` sets RULEPROOF_SPARK."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spark import cluster

CORES = 2
_SETTINGS = {
    "spark.executor.memory": cluster.EXECUTOR_MEMORY,
    "spark.executor.cores": "1",
    "spark.cores.max": str(CORES),
    "spark.driver.memory": "1g",
    "spark.driver.host": cluster.HOST,
    "spark.driver.bindAddress": cluster.HOST,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.task.maxFailures": "8",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is here unless it is asked for: before any fixture begins to work for it."""
    reason = cluster.missing() if os.environ.get("RULEPROOF_SPARK") else "`make test-spark` runs these"
    if reason:
        for item in items:
            if item.path.is_relative_to(Path(__file__).parent):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def running() -> Iterator[cluster.Cluster]:
    """Two workers; one that a test kills is started again by it."""
    with cluster.cluster(CORES) as found:
        yield found
    assert not found.left()


@pytest.fixture(scope="session")
def session(running: cluster.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session on the cluster; the program that drives it is a process of its own, and ends with it."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    os.environ |= {"SPARK_LOCAL_IP": cluster.HOST, "PYSPARK_PYTHON": sys.executable}
    builder = SparkSession.builder.master(running.master).appName("ruleproof tests")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    builder = builder.config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    opened = builder.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    yield opened
    gateway = SparkContext._gateway
    opened.stop()
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(30)
        SparkContext._gateway = SparkContext._jvm = None
