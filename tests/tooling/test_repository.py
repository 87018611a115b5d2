"""What may not stand in a committed file, and what must."""

from __future__ import annotations

import ast
import json
import re

import pytest
from packaging.requirements import Requirement

from tests.tooling.repository import ROOT, texts

# Written in pieces, so that this file does not name them either.
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "registry.yarn" + "pkg.com",
    "deb.deb" + "ian.org",
]
MACHINE_PATHS = [f"/{folder}/" for folder in ("work", "tmp", "root", "home")]
# Where something may speak: at a word's edge, not inside another path ("docs/root/…").
MACHINE_PATH = re.compile(r"(?<![\w.\-}/$)])(?:" + "|".join(map(re.escape, MACHINE_PATHS)) + ")")

PINNED = ["requirements.txt", "requirements-dev.txt", "tests/conformance/requirements.txt"]


def test_no_file_names_a_registry_host() -> None:
    assert [(name, host) for name, text in texts().items() for host in REGISTRY_HOSTS if host in text] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    found = {name: MACHINE_PATH.findall(text) for name, text in texts().items()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_no_file_holds_a_private_key_or_a_conflict() -> None:
    marks = ("-----BEGIN " + "PRIVATE KEY", "-----BEGIN RSA " + "PRIVATE KEY", "\n<<<<<<" + "< ")
    assert [(name, mark) for name, text in texts().items() for mark in marks if mark in text] == []


def test_the_readme_starts_with_two_commands() -> None:
    readme = texts()["README.md"]
    assert "make demo" in readme
    assert "make test" in readme


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    pins = _pins(name)
    assert pins != {}
    assert [pin for pin, (requirement, hashes) in pins.items() if not hashes] == []
    assert [
        pin for pin, (requirement, hashes) in pins.items() if "==" not in str(requirement.specifier)
    ] == []


@pytest.mark.parametrize("name", PINNED)
def test_pins_name_no_place_to_download_from(name: str) -> None:
    assert re.findall(r"^\s*(?:-i|-f|--\w*index\w*|--find-links|--trusted-host).*", texts()[name], re.M) == []
    assert "://" not in texts()[name]


def test_what_runs_is_pinned_the_same_for_tests() -> None:
    running, testing = (
        {pin: (requirement.specifier, hashes) for pin, (requirement, hashes) in _pins(name).items()}
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert {pin: testing.get(pin) for pin in running} == running


def test_pins_lie_in_the_ranges_of_the_project() -> None:
    import tomllib

    project = tomllib.loads(texts()["pyproject.toml"])["project"]
    wanted = [
        *((line, "requirements.txt") for line in project["dependencies"]),
        *((line, "requirements-dev.txt") for line in project["optional-dependencies"]["dev"]),
    ]
    outside = []
    for line, name in wanted:
        range_ = Requirement(line)
        pin = _pins(name).get(_normal(range_.name))
        if pin is None or not range_.specifier.contains(_version(pin[0])):
            outside.append((line, name))
    assert outside == []


def test_what_judges_muara_from_outside_is_no_part_of_it() -> None:
    """pm4py is under the AGPL: it is installed apart, and only its own tests speak of it in code."""
    for name in PINNED[:2]:
        assert "pm4py" not in _pins(name)
    assert "pm4py" in _pins(PINNED[2])
    importing = [
        name
        for name, text in texts().items()
        if name.endswith(".py") and re.search(r"^\s*(?:import|from) pm4py", text, re.M)
    ]
    assert importing == ["tests/conformance/judge.py"]


def test_there_is_no_lock_file_with_download_hosts() -> None:
    assert "uv.lock" not in texts()
    locks = [name for name in texts() if name.endswith("package-lock.json")]
    packages = {name: json.loads(texts()[name]).get("packages", {}) for name in locks}
    assert [
        name for name, entries in packages.items() if any("resolved" in e for e in entries.values())
    ] == []


def test_only_the_web_asks_what_time_it_is() -> None:
    """Rules and actions are given the clock (`at`), so that the law can be tested at any moment."""
    asking: list[str] = []
    for name, text in texts().items():
        if not name.startswith("muara/") or name.startswith("muara/web/") or not name.endswith(".py"):
            continue
        if name == "muara/audit/muara_verify.py":  # a stranger's own command, with a clock of its own
            continue
        asking += [
            f"{name}:{node.lineno}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"now", "utcnow", "today", "localdate"}
        ]
    assert asking == []


def test_every_command_that_people_are_told_of_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", texts()["Makefile"], re.M))
    told = {
        command
        for name in ("README.md", "CONTRIBUTING.md")
        for command in re.findall(r"`make ([a-z-]+)", texts().get(name, ""))
    }
    assert told - targets == set()


def test_continuous_integration_runs_the_same_tests_as_people() -> None:
    assert "make test" in texts()[".ci/run"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def _pins(name: str) -> dict[str, tuple[Requirement, tuple[str, ...]]]:
    """The pins of a requirements file by name, each with its hashes."""
    found: dict[str, tuple[Requirement, tuple[str, ...]]] = {}
    for block in texts()[name].replace("\\\n", " ").splitlines():
        if block.strip() and not block.startswith("#"):
            line, *hashes = block.split("--hash=")
            requirement = Requirement(line.strip())
            found[_normal(requirement.name)] = requirement, tuple(h.strip() for h in hashes)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")
