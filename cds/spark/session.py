"""A Spark of our own on this machine: for trying out, for tests and for measuring."""

import os
import shutil
import sys

from pyspark.sql import SparkSession

from cds.diagnostics import MissingExtra


def local_session(cores: int = 2, *, memory: str = "1g", attempts: int = 1) -> SparkSession:
    """Spark on this machine, without a cluster and without its web pages; whoever starts it stops it.

    memory: of the Java process, such as `4g`. attempts: how often a task is tried. Workers run the Python that runs
    this. MissingExtra when there is no Java.
    """
    if not _has_java():
        raise MissingExtra(
            "Spark needs Java 17 or newer, and there is none: install it, or name its folder in JAVA_HOME; "
            "the Python part is the extra `spark`: pip install 'cds-engine[batch,spark]'"
        )
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.driver.memory": memory,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * cores),
    }
    builder = SparkSession.builder.master(f"local[{cores},{attempts}]").appName("cds")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return os.access(os.path.join(home, "bin", "java"), os.X_OK) if home else shutil.which("java") is not None
