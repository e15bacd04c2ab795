"""A disk of a test's own, that may be small, fill up, and be given room again."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A file system in memory at a folder; only root may mount one, elsewhere the test says so and is skipped."""

    place: Path

    def mount(self, megabytes: int) -> None:
        """Put it there, this large."""
        self.place.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.place)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a disk of its own")

    def resize(self, megabytes: float) -> None:
        """Make it larger or smaller; never smaller than what is on it."""
        size = int(megabytes * 2**20)
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.place)], check=True)

    def fill(self) -> None:
        """Leave no room but what the next block takes."""
        ballast = self.place / "ballast"
        with ballast.open("wb", buffering=0) as sink:
            self.resize(_used(self.place) + 1)
            try:
                while True:
                    sink.write(b"\0" * 4096)
            except OSError:
                return

    def unmount(self) -> None:
        """Take it away with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.place)], capture_output=True, check=False)


def _used(place: Path) -> float:
    told = subprocess.run(["df", "--block-size=1", "--output=used", str(place)], capture_output=True, check=True)
    return int(told.stdout.split()[-1]) / 2**20
