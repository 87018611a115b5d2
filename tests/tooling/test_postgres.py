"""The private PostgreSQL: it serves one command, with the settings asked for, and leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tooling.repository import ROOT

ASK = """
import os, psycopg, sys
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    for name in "fsync synchronous_commit full_page_writes listen_addresses data_directory".split():
        print(connection.execute(f"SHOW {name}").fetchone()[0])
sys.exit(7)
"""


@pytest.mark.parametrize(("speed", "kept"), [("--durable", "on"), ("--fast", "off")])
def test_a_command_gets_a_server_of_its_own_and_its_exit_code_back(speed: str, kept: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres", speed, "--", "python", "-c", ASK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 7, done.stderr
    *durability, address, folder = done.stdout.split()
    assert durability == [kept, kept, kept]
    assert address == "127.0.0.1"
    assert not Path(folder).exists()
