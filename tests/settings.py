"""The product's settings, on servers of the suite's own.

In `var/` a running worker would eat the tests' messages; and whatever the developer's shell says
about databases must not reach a suite that empties tables.

Several processes may run one suite (pytest-xdist). They share its PostgreSQL, where each has
databases of its own; each has a broker and a folder of its own, so that no worker of one takes
the messages of another.
"""

import os
import tempfile
from pathlib import Path

#: Which process of the suite this is; pytest-xdist names those that it starts.
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "alone")
#: The suite's folder, in which its PostgreSQL lies; the first process makes it and hands it on.
SUITE = Path(
    os.environ.get("RISKSCORE_TESTS_SUITE", "")
    if PROCESS != "alone"
    else tempfile.mkdtemp(prefix="riskscore-tests-")
)

FOREIGN = ("DATABASE_URL", "REDIS_URL")
for _name in [name for name in os.environ if name in FOREIGN or name.startswith("RISKSCORE_")]:
    del os.environ[_name]
os.environ["RISKSCORE_TESTS_SUITE"] = str(SUITE)
os.environ["RISKSCORE_VAR"] = str(SUITE / PROCESS)

from riskscore.config import addresses  # noqa: E402
from riskscore.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, and only here

DATABASES["default"]["HOST"] = str(addresses.socket_folder(SUITE))  # noqa: F405
# Tables are emptied while a worker polls: of the two that may wait for each other in a circle, the
# one whose patience ends first gives way, and that is to be the worker, which tries again.
DATABASES["default"]["OPTIONS"]["options"] = "-c deadlock_timeout=60s"  # noqa: F405

# Tests send many wrong keys from one address; those about the limit set one.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["wrong_keys"] = "1000/min"  # noqa: F405

AXES_ENABLED = False  # a query or two at each log-in; tests about failed log-ins turn it on
