"""Settings for tests: the real ones, on throw-away data, with cheap password hashing."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One folder for the whole run: workers and servers make theirs inside it, the first process removes it.
if "MUARA_TEST_ROOT" not in os.environ:
    os.environ["MUARA_TEST_ROOT"] = tempfile.mkdtemp(prefix="muara-test-")
    atexit.register(shutil.rmtree, os.environ["MUARA_TEST_ROOT"], ignore_errors=True)
TEST_ROOT = Path(os.environ["MUARA_TEST_ROOT"])

# A server or a command that a test starts is told whose data to use; everybody else gets new ones.
os.environ["MUARA_DATA"] = os.environ.get("MUARA_TEST_DATA") or tempfile.mkdtemp(dir=TEST_ROOT)
if "MUARA_TEST_DATA" not in os.environ:
    for name in ("MUARA_DEBUG", "MUARA_DEMO", "MUARA_HOSTS", "MUARA_BASE_URL", "MUARA_NUMBER_BOOKS"):
        os.environ.pop(name, None)  # whatever the developer's own installation uses
os.environ["MUARA_SECRET_KEY"] = "for tests only; an installation makes its own"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps an event loop in the test's own thread

from muara.settings import *  # noqa: E402, F403  the environment above comes first
from muara.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402

# Officials of the tests have no telephones; test_second_factor and test_fresh_sign_in turn it on.
MUARA_SECOND_FACTOR = os.environ.get("MUARA_TEST_SECOND_FACTOR") == "1"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and other processes open it too.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

if "MUARA_TEST_STATIC" in os.environ:
    STATIC_ROOT = Path(os.environ["MUARA_TEST_STATIC"])  # collected once in a run, served as in production
else:
    STATIC_ROOT = DATA_DIR / "static"
    STATIC_ROOT.mkdir(exist_ok=True)
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
