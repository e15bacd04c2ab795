"""The way from a clone to a ready environment: what it refuses, what it says, and that it goes on where it stopped."""

from __future__ import annotations

import ast
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import bootstrap
from tests.disk import Disk
from tests.setup.test_up import processes_over, read_until

pytestmark = pytest.mark.slow


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Disk]:
    """The files of the first steps on a disk of their own."""
    disk = Disk(tmp_path / "clone")
    disk.mount(4000)
    for name in ("config", "pyproject.toml"):
        source = Path(bootstrap.ROOT) / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, disk.place / name)
    yield disk
    disk.unmount()


@contextmanager
def begun(clone: Disk) -> Iterator[subprocess.Popen[str]]:
    """`make run`'s first half, as a process; up to where it makes the environment."""
    command = [sys.executable, "-u", str(clone.place / "config" / "bootstrap.py"), "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        read_until(process, "Making .venv")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_set_up_that_is_asked_to_stop_takes_its_step_with_it(clone: Disk, how: int) -> None:
    with begun(clone) as process:
        process.send_signal(how)
        told, _nothing = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped; the next run goes on from here." in told
    assert "Traceback" not in told
    assert processes_over(clone.place) == []
    with begun(clone):
        pass


def test_disk_that_fills_during_the_set_up_is_said_in_one_sentence(clone: Disk) -> None:
    with begun(clone) as process:
        clone.fill()
        told, _nothing = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "The disk is full" in told
    assert "make room and run this again" in told
    assert "Traceback" not in told


def test_bootstrap_can_be_read_by_the_python_it_refuses() -> None:
    tree = ast.parse(Path(bootstrap.__file__).read_text("utf-8"))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.YieldFrom)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, newer)] == []
    lists = [node for node in ast.walk(tree) if isinstance(node, ast.List | ast.Tuple)]
    assert not [one.lineno for one in lists if any(isinstance(part, ast.Starred) for part in one.elts)]
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "print" not in [func.id for func in calls if isinstance(func, ast.Name)]


def test_old_python_and_full_disk_are_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(bootstrap.Stop, match=r"needs Python 3\.11 or newer and this is 3\.9"):
        bootstrap.need_python((3, 9))
    with pytest.raises(bootstrap.Stop, match="make room"):
        bootstrap.need_room("/", 10**9)
    monkeypatch.setattr(bootstrap, "prepare", _raise_no_space)
    assert bootstrap.main(["run"]) == 1
    assert "The disk is full" in capsys.readouterr().err


def _raise_no_space(_purpose: str) -> None:
    raise OSError(28, "No space left on device")


def test_broken_off_step_is_done_again_and_a_done_one_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path))
    done: list[str] = []

    def break_off() -> None:
        done.append("broken")
        raise bootstrap.Stop("broken off")

    with pytest.raises(bootstrap.Stop):
        bootstrap.once("step", "v1", break_off)
    bootstrap.once("step", "v1", lambda: done.append("first"))
    bootstrap.once("step", "v1", lambda: done.append("second"))
    bootstrap.once("step", "v2", lambda: done.append("third"))
    assert done == ["broken", "first", "third"]
