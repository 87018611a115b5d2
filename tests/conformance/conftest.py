"""These tests need pm4py in a Python of its own: `make conformance` installs it and says where it is."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("MUARA_CONFORMANCE_PYTHON") else ["test_*.py"]
