"""`make release`: builds and checks what is released, and says what to push. It pushes nothing.

    python -m tests.release [--draft]

`--draft` tries it out: the changelog may have fragments left, and the folder may have changes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"


def main() -> int:
    """Check, build, say; 0 where all of it is right, else 1 with what to do."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    wrong = [] if "--draft" in sys.argv[1:] else obstacles(version)
    if wrong:
        print(f"Version {version} cannot be released:", *wrong, sep="\n- ")
        return 1
    for old in DIST.glob("*"):
        old.unlink()
    subprocess.run([sys.executable, "-m", "tests.wheel_check", DIST], cwd=ROOT, check=True)
    built = sorted(str(path.relative_to(ROOT)) for path in DIST.iterdir())
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *built], cwd=ROOT, check=True)
    print(
        f"\nVersion {version} is built and checked. To release it:\n\n"
        f"  git tag --annotate v{version} --message 'Copydesk {version}'\n"
        f"  git push origin HEAD v{version}\n"
        f"  {Path(sys.executable).parent.relative_to(ROOT)}/twine upload {' '.join(built)}\n"
    )
    return 0


def obstacles(version: str) -> list[str]:
    """What stands against releasing a version, with what to do about it."""
    found = []
    if git("status", "--porcelain"):
        found.append("The folder has changes: commit them.")
    if git("tag", "--list", f"v{version}"):
        found.append(f"There is a tag v{version}: raise `version` in pyproject.toml and CITATION.cff.")
    if yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] != version:
        found.append("CITATION.cff names another version.")
    if any(path.name != "README.md" for path in (ROOT / "changes").glob("*.md")):
        found.append(f"There are fragments in changes/: `towncrier build --version {version}` and commit.")
    if not re.search(
        rf"^## {re.escape(version)}, \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    ):
        found.append(f"CHANGELOG.md has no section `## {version}, YEAR-MONTH-DAY`.")
    return found


def git(*words: str) -> str:
    """What a git command prints."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
