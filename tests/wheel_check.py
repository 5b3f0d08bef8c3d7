"""`make wheel-check`: builds the wheel and uses it as its users do, without the repository and without development tools.

    python -m tests.wheel_check [FOLDER]

Builds a source archive and from it the wheel (into FOLDER, if one is named), installs it with the locked requirements into a fresh
environment, and works there in a folder that has a `db.py`, a `cli/` and the like of its own, beside another distribution that
installs a package `db`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

from tests.demoweb.web import DemoWeb
from tests.support.packages import PACKAGES

ROOT = Path(__file__).parent.parent
# Files beside the modules, without which commands fail only when they are used.
DATA = (
    "crawler/render/trackers.toml",
    *("py.typed", "db/site_rules/sites/bjnews.com.cn.toml", "db/inspect/templates/base.html"),
    "db/inspect/templates/articles/article.html",
    *("db/inspect/static/charts.js", "db/inspect/static/desk.css"),
)
PAGE = ROOT / "tests" / "pages" / "de_byline_uhr" / "page.html"
# Modules that need an extra which is not in requirements.lock.
EXTRAS = {"pyarrow", "distributed", "dask", "fsspec", "playwright"}
FEWEST_ARTICLES = 3
LONGEST_S = 60.0
_ALL_MODULES = f"""
import importlib, pkgutil, sys, copydesk
for found in pkgutil.walk_packages(copydesk.__path__, "copydesk."):
    if found.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(found.name)
    except ModuleNotFoundError as error:
        assert error.name.partition(".")[0] in {EXTRAS!r}, error
ours = [name for name in {PACKAGES!r} if name in sys.modules]
assert not ours, f"imported at the top level: {{ours}}"
print(len([name for name in sys.modules if name.startswith("copydesk.")]), "modules")
"""


_AS_LIBRARY = """
import copydesk, json, pathlib, sys
body = pathlib.Path(sys.argv[1]).read_bytes()
print(json.dumps(copydesk.to_json(copydesk.extract(body, url="https://example-daily.com/a"), id=sys.argv[1])))
"""
_CRAWL_AS_LIBRARY = """
import copydesk, dataclasses, json
print(json.dumps(dataclasses.asdict(copydesk.crawl("news.db", again=True).figures)))
"""
_ARCHIVE_AS_LIBRARY = """
import copydesk, json
with copydesk.open("news.db") as archive:
    for article in archive.articles():
        print(json.dumps(copydesk.to_json(article), ensure_ascii=False))
"""
_TYPES = """
import copydesk
from typing import reveal_type
reveal_type(copydesk.extract("<p>"))
reveal_type(copydesk.open("news.db").articles())
"""
_REVEALED = (
    '"copydesk.db.models.Article | copydesk.db.models.Rejection"',
    '"typing.Iterator[copydesk._records.StoredArticle]"',
)


def main() -> int:
    """Check the wheel; the exit code is 0 where all of it works. Raises CalledProcessError or AssertionError where not."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="copydesk-wheel-") as folder:
        room = Path(folder)
        wheel = build(room / "dist")
        check_names(wheel)
        environment = Environment(room / "venv", room / "work")
        environment.install(wheel)
        other_distribution(room, environment)
        environment.check()
        if len(sys.argv) > 1:
            shutil.copytree(room / "dist", sys.argv[1], dirs_exist_ok=True)
    print(f"{wheel.name} works ({time.monotonic() - began:.0f} s)")
    return 0


def build(folder: Path) -> Path:
    """Build the source archive and, from it, the wheel."""
    command: list[str | Path] = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return next(folder.glob("*.whl"))


def check_names(wheel: Path) -> None:
    """Nothing but `copydesk` is at the top level, each module of the repository is below it, and so are the data files."""
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"copydesk"}, tops
    wanted = {f"copydesk/{name}" for name in DATA}
    wanted |= {f"copydesk/{path.relative_to(ROOT)}" for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    wanted |= {f"copydesk/{path.relative_to(ROOT)}" for name in PACKAGES for path in (ROOT / name).rglob("*.toml")}
    assert not wanted - names, f"not in the wheel: {sorted(wanted - names)}"
    left_over = {name for name in names if name.endswith(".py")} - wanted
    assert all((ROOT / name).is_file() for name in left_over), f"not in the repository: {sorted(left_over)}"


class Environment:
    """A fresh environment, and a folder of a user whose own modules have our packages' names."""

    def __init__(self, venv: Path, work: Path) -> None:
        self.python, self._work = venv / "bin" / "python", work
        self._uv = next(
            (uv for uv in (Path(sys.executable).with_name("uv"), shutil.which("uv")) if uv and Path(uv).exists()), None
        )
        self._env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        command = (
            [self._uv, "venv", "--quiet", "--python", sys.executable] if self._uv else [sys.executable, "-m", "venv"]
        )
        subprocess.run([*command, venv], check=True)
        work.mkdir()
        for name in PACKAGES:
            (work / name).mkdir()
            (work / name / "__init__.py").write_text(
                "raise SystemExit('the module of the working folder was imported')\n"
            )
        self._env |= {"PATH": f"{venv / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(work), "HOME": str(work)}

    def install(self, *what: Path) -> None:
        """Install the locked requirements and a wheel, or where there are some, only wheels beside it."""
        pip = (
            [self._uv, "pip", "install", "--python", self.python] if self._uv else [self.python, "-m", "pip", "install"]
        )
        if not self.python.with_name("copydesk").exists():
            subprocess.run([*pip, "--quiet", "--require-hashes", "-r", ROOT / "requirements.lock"], check=True)
        subprocess.run([*pip, "--quiet", "--no-deps", *what], check=True)

    def run(self, *words: str, **more: str) -> str:
        """What a command of the environment prints, run in the user's folder. Raises AssertionError where it fails."""
        program = self.python.with_name(words[0])
        result = subprocess.run(
            [program, *words[1:]],
            cwd=self._work,
            env=self._env | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert result.returncode == 0, (
            f"{' '.join(words)} exited with {result.returncode}:\n{result.stdout}{result.stderr}"
        )
        return result.stdout

    def check(self) -> None:
        """What users of the wheel do."""
        version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
        assert version is not None
        assert self.run("copydesk", "--version").split()[-1] == version[1]
        assert version[1] in self.run("python", "-P", "-m", "copydesk", "--version")
        print(self.run("python", "-P", "-c", _ALL_MODULES).strip(), "import, none at the top level")
        self.run("copydesk", "init")
        (line,) = self.run("copydesk", "extract", str(PAGE), "--url", "https://example-daily.com/a").splitlines()
        assert json.loads(line)["title"], line
        assert json.loads(self.run("python", "-P", "-c", _AS_LIBRARY, str(PAGE))) == json.loads(line), line
        with DemoWeb() as web:
            proxy = {"http_proxy": web.proxy_url, "no_proxy": ""}
            self.run("copydesk", "sources", "add", web.sites[0].home, "--delay", "0s", **proxy)
            self.serve(**proxy)
            self.run("copydesk", "crawl", "--again", **proxy)
            assert json.loads(self.run("python", "-P", "-c", _CRAWL_AS_LIBRARY, **proxy))["unchanged"] > FEWEST_ARTICLES
        articles = self.run("copydesk", "articles", "--json", "--limit", "0").splitlines()
        assert len(articles) > FEWEST_ARTICLES, articles
        # The command adds the place in its list.
        listed = [{name: value for name, value in json.loads(line).items() if name != "cursor"} for line in articles]
        assert [json.loads(line) for line in self.run("python", "-P", "-c", _ARCHIVE_AS_LIBRARY).splitlines()] == listed
        self.check_types()
        self.run("copydesk", "doctor")
        scrapy = {"SCRAPY_SETTINGS_MODULE": "copydesk.scrapy_settings"}
        assert self.run("scrapy", "list", **scrapy).split() == ["news"]
        print(f"{len(articles)} articles from the service and a crawl; init, extract, doctor and scrapy list work")

    def check_types(self) -> None:
        """What a type checker sees of the installed package."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--python-executable",
            self.python,
            "-c",
            _TYPES,
        ]
        result = subprocess.run(command, cwd=self._work, capture_output=True, text=True, timeout=300, check=False)
        revealed = re.findall(r"Revealed type is (.*)", result.stdout)
        assert tuple(revealed) == _REVEALED, result.stdout + result.stderr

    def serve(self, **more: str) -> None:
        """Have `copydesk run` crawl what is due, in processes of its own, and end it."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        (self._work / "copydesk.toml").write_text(f'listen = "{address}"\n')
        log = self._work / "service.log"
        with log.open("w") as out:
            command: list[str | Path] = [self.python.with_name("copydesk"), "run"]
            process = subprocess.Popen(command, cwd=self._work, env=self._env | more, stdout=out, stderr=out)
        try:
            until = time.monotonic() + LONGEST_S
            while not ended_well(address):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.2)
        finally:
            process.terminate()
        assert process.wait(timeout=LONGEST_S) == 0, log.read_text()


def ended_well(address: str) -> bool:
    """Whether a service says that a crawl of its own has ended as it should."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{address}/metrics", timeout=10) as answer:
            return 'copydesk_runs_total{ended="finished"}' in answer.read().decode()
    except OSError:  # it does not listen yet
        return False


def other_distribution(folder: Path, environment: Environment) -> None:
    """Install a distribution of somebody else's that has a top-level package `db`."""
    wheel, info = folder / "otherdb-1.0-py3-none-any.whl", "otherdb-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("db/__init__.py", "raise SystemExit('the package of another distribution was imported')\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: otherdb\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"db/__init__.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    environment.install(wheel)


if __name__ == "__main__":
    sys.exit(main())
