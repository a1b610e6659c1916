"""The product's settings, on servers of the suite's own.

In `var/` a running worker would eat the tests' messages; and whatever the developer's shell says
about databases must not reach a suite that empties tables.
"""

import os
import tempfile

FOREIGN = ("DATABASE_URL", "REDIS_URL")
for _name in [name for name in os.environ if name in FOREIGN or name.startswith("RISKSCORE_")]:
    del os.environ[_name]
os.environ["RISKSCORE_VAR"] = tempfile.mkdtemp(prefix="riskscore-tests-")

from riskscore.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, and only here

# Tables are emptied while a worker polls: of the two that may wait for each other in a circle, the
# one whose patience ends first gives way, and that is to be the worker, which tries again.
DATABASES["default"]["OPTIONS"]["options"] = "-c deadlock_timeout=60s"  # noqa: F405
