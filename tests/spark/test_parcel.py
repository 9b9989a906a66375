"""Rulesets reach the workers as they were sent, or are not used; and what is missing is named."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import cds
from cds.api import load
from cds.diagnostics import CdsError, MissingExtra
from cds.shipped import shipped_rulesets
from cds.spark.parcel import Parcel
from cds.spark.session import local_session

TOP = Path(cds.__file__).parents[1]


@pytest.fixture(scope="module")
def parcel() -> Parcel:
    return Parcel.of(load(shipped_rulesets() / "heart-failure-weight.yaml"))


def test_arrives_as_it_was_sent(parcel: Parcel) -> None:
    assert load(shipped_rulesets() / "heart-failure-weight.yaml") == parcel.opened()


@pytest.mark.parametrize("place", [0, 1000, -1])
def test_one_changed_byte_is_not_used(parcel: Parcel, place: int) -> None:
    content = bytearray(parcel.content)
    content[place] ^= 1
    with pytest.raises(CdsError, match="did not arrive as they were sent"):
        replace(parcel, content=bytes(content)).opened()


def test_other_rulesets_are_not_used(parcel: Parcel) -> None:
    other = Parcel.of(load(shipped_rulesets() / "heart-rate.yaml"))
    with pytest.raises(CdsError, match="others than those that were sent"):
        replace(other, plan=parcel.plan).opened()


def test_another_version_of_cds_is_not_used(parcel: Parcel) -> None:
    with pytest.raises(CdsError, match=f"this worker has cds {cds.__version__}, and the driver cds 0.0.9"):
        replace(parcel, engine="0.0.9").opened()


def test_without_java_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(MissingExtra, match=r"Java 17.*pip install 'cds-engine\[batch,spark\]'"):
        local_session()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="there is none"):
        local_session()


@pytest.mark.parametrize("package", ["pyspark", "numba"])
def test_without_a_package_the_extra_is_named(package: str) -> None:
    script = f"import sys; sys.modules['{package}'] = None\ntry: import cds.spark\nexcept Exception as e: print(e)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TOP)
    assert f"needs the package {package}" in run.stdout
    assert "pip install 'cds-engine[batch" in run.stdout
