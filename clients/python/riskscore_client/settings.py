"""Where the server is, and the key for it: from the environment, or a file of its owner's alone."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from riskscore_client.errors import NoKey, own_file

HOME = "http://127.0.0.1:8000"


def address() -> str:
    """Return `RISKSCORE_URL`, or that of a server on this machine."""
    return os.environ.get("RISKSCORE_URL") or HOME


def key_file() -> Path:
    """Return the file of the key: `RISKSCORE_KEY_FILE`, or `riskscore/key` among your settings."""
    if given := os.environ.get("RISKSCORE_KEY_FILE"):
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "riskscore" / "key"


def key() -> str:
    """Return the key: `RISKSCORE_KEY`, else what the file holds. Raises NoKey and FileTrouble."""
    if given := os.environ.get("RISKSCORE_KEY", "").strip():
        return given
    path = key_file()
    found, mode = "", 0
    remedy = "Run `riskscore login`, or put a key into RISKSCORE_KEY"
    with own_file(path, remedy), suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
        mode = os.fstat(file.fileno()).st_mode
        found = file.read().strip()
    if not found:
        raise NoKey("No API key", remedy)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NoKey(f"{path} can be read by others", f"Run `chmod 600 {path}`")
    return found


def keep(given: str) -> Path:
    """Write the key into its file, which at no moment others can read; return the file."""
    path = key_file()
    with own_file(path, "Name a file in RISKSCORE_KEY_FILE, or put the key into RISKSCORE_KEY"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(given + "\n")
        fresh.replace(path)
    return path
