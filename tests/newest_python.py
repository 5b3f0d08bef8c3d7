"""`make newest-python`: a quick part of the tests on the newest Python of this machine, if that is newer than the one in use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Reading pages, listings and rules, which is where a library or Python changes results; and one crawl from end to end.
QUICK = (
    *("tests/pipelines/extraction/test_pages.py", "tests/pipelines/test_urls.py", "tests/pipelines/dedup"),
    *("tests/crawler/discover", "tests/db/test_site_rules.py", "tests/db/test_config.py", "tests/test_docs.py"),
    "tests/end_to_end/crawls/test_main_job.py::test_the_whole_web_in_two_crawls",
)
# Minor versions past this one are not looked for.
LATEST_MINOR = 20


def main() -> int:
    """Run them; pytest's exit code, or 0 where there is no newer Python."""
    found = max(((version(python), python) for python in candidates()), default=None)
    if found is None or found[0] <= sys.version_info[:2]:
        print(f"skipped: no Python newer than {sys.version_info.major}.{sys.version_info.minor} on this machine")
        return 0
    print(f"Python {found[0][0]}.{found[0][1]}", flush=True)
    with tempfile.TemporaryDirectory(prefix="copydesk-newest-") as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--python", found[1], python.parent.parent], check=True)
        install: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python]
        subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements-dev.lock"], check=True)
        subprocess.run([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)
        tests: list[str | Path] = [python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *QUICK]
        return subprocess.run(tests, cwd=ROOT, check=False).returncode


def candidates() -> Iterator[str]:
    """Interpreters by name on the path, and those that pyenv has built."""
    for minor in range(sys.version_info.minor + 1, LATEST_MINOR + 1):
        if python := shutil.which(f"python3.{minor}"):
            yield python
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, pyenv.glob("versions/3.*/bin/python3"))


def version(python: str) -> tuple[int, int]:
    """An interpreter's version; 0.0 of one that does not run, such as a name that pyenv keeps for another."""
    say = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    result = subprocess.run(say, capture_output=True, text=True, check=False)
    words = result.stdout.split()
    return (int(words[0]), int(words[1])) if result.returncode == 0 and len(words) == 2 else (0, 0)


if __name__ == "__main__":
    sys.exit(main())
