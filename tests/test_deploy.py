"""The files of deploy/: a unit that systemd accepts, a container file and a compose example that hold to what the code says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from db.config.loader import Config

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "copydesk.service"
CONTAINERFILE = DEPLOY / "Containerfile"
COMPOSE = DEPLOY / "compose.yaml"
_PROGRAM = "/opt/copydesk/.venv/bin/copydesk"
# `systemd-analyze security` gives 0 (locked up) to 10 (open); a plain unit has 9.2, ours 1.5.
MOST_EXPOSURE = 2.0
_INSTRUCTIONS = {
    "FROM",
    "RUN",
    "CMD",
    "ENV",
    "COPY",
    "USER",
    "WORKDIR",
    "VOLUME",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "ENTRYPOINT",
}


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there on this machine, too."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text(encoding="utf-8").replace(_PROGRAM, "/bin/true"), encoding="utf-8")
    return path


def settings_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_systemd_accepts_the_unit(unit: Path) -> None:
    result = analyze("verify", "--man=no", str(unit))
    assert (result.returncode, result.stderr.strip()) == (0, "")
    broken = unit.with_name("broken.service")
    broken.write_text(unit.read_text(encoding="utf-8").replace("KillMode=mixed", "KillMode=gently"), encoding="utf-8")
    assert "gently" in analyze("verify", "--man=no", str(broken)).stderr


def test_the_unit_is_locked_up(unit: Path) -> None:
    result = analyze("security", "--offline=true", "--no-pager", str(unit))
    if "unrecognized option" in result.stderr:
        pytest.skip("this systemd-analyze cannot judge a unit that is not installed")
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", result.stdout)
    assert exposure is not None, result.stderr
    assert float(exposure[1]) <= MOST_EXPOSURE


def test_the_unit_stops_and_starts_the_service_as_it_should() -> None:
    said = settings_of(UNIT)
    assert said["ExecStart"] == [f"{_PROGRAM} run"]
    assert said["WorkingDirectory"] == [f"/var/lib/{said['StateDirectory'][0]}"]
    wanted = {
        "Type": "exec",
        "Restart": "on-failure",
        "KillMode": "mixed",
        "TimeoutStopSec": "15",
        "ProtectSystem": "strict",
    }
    assert {name: said[name][0] for name in wanted} == wanted
    assert said["RestartPreventExitStatus"] == ["2"], "db.errors.UsageError"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the container file with what they say, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", CONTAINERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_container_file_is_well_formed() -> None:
    steps = instructions()
    assert {name for name, _ in steps} <= _INSTRUCTIONS
    assert steps[0][0] == "FROM"
    for name, value in steps:
        if name == "FROM":
            assert re.match(r"\S+/python:3\.\d+-slim-\w+( AS \w+)?$", value), "a version, not latest"
        if name in ("ENTRYPOINT", "CMD", "VOLUME"):
            assert all(isinstance(word, str) for word in json.loads(value)), "the form that starts no shell"
        if name == "COPY" and not value.startswith("--from"):
            for source in value.split()[:-1]:
                assert (ROOT / source).exists(), source


def test_the_image_holds_all_packages_and_the_locked_requirements() -> None:
    copied = {word.rstrip("/") for name, value in instructions() if name == "COPY" for word in value.split()[:-1]}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages <= copied
    runs = " ".join(value for name, value in instructions() if name == "RUN")
    assert "--require-hashes -r requirements.lock" in runs
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[\w.-]+==[^\n]*", locked, re.MULTILINE)
    assert len(pins) > 50
    assert len(re.findall(r"--hash=sha256:", locked)) >= len(pins)
    assert re.search(r"^setuptools==", locked, re.MULTILINE), "the project is built without isolation"
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    let_in = {line[1:].rstrip("/") for line in ignored if line.startswith("!")}
    assert let_in == {word for word in copied if not word.startswith(("/", "--"))}


def test_the_container_runs_as_nobody_special_and_ends_on_sigterm() -> None:
    steps = instructions()
    last = {name: value for name, value in steps if name not in ("RUN", "COPY")}
    assert last["USER"].isdigit()
    assert int(last["USER"]) > 0
    assert last["STOPSIGNAL"] == "SIGTERM"
    names = [name for name, _ in steps]
    assert names.index("USER") > max(n for n, name in enumerate(names) if name == "RUN")
    assert json.loads(last["VOLUME"]) == [last["WORKDIR"]] == ["/data"]


def test_the_health_check_asks_where_the_service_answers() -> None:
    check = next(value for name, value in instructions() if name == "HEALTHCHECK")
    program, option, code = json.loads(check[check.index("[") :])
    assert (program, option) == ("python", "-c")
    compile(code, "healthcheck", "exec")
    assert f"http://{Config().listen}/healthz" in code
    nobody = code.replace(str(Config().listen), "127.0.0.1:9")
    result = subprocess.run([sys.executable, "-c", nobody], capture_output=True, timeout=300, check=False)
    assert result.returncode == 1, "nobody answers: not healthy"


def mapping(text: str) -> dict[str, object]:
    """A YAML document of mappings, lists of words and words, which is all that the example uses; fails on anything else."""
    root: dict[str, object] = {}
    open_: list[tuple[int, dict[str, object]]] = [(-1, root)]
    last: tuple[dict[str, object], str] | None = None
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip(" "))
        assert depth % 2 == 0, line
        assert "\t" not in line, line
        if bare.startswith("- "):
            assert last is not None, line
            owner, key = last
            owner[key] = [*(owner[key] or []), bare[2:].strip('"')]  # type: ignore[misc]
            continue
        match = re.fullmatch(r"([\w-]+):(?: (.+))?", bare)
        assert match, line
        while open_[-1][0] >= depth:
            open_.pop()
        owner = open_[-1][1]
        assert match[1] not in owner, f"{match[1]} twice"
        if match[2] is None:
            below: dict[str, object] = {}
            owner[match[1]] = below
            open_.append((depth, below))
        else:
            owner[match[1]] = match[2].strip('"')
        last = (owner, match[1])
    return root


def test_the_compose_example_fits_the_image_and_the_unit() -> None:
    compose = mapping(COMPOSE.read_text(encoding="utf-8"))
    assert set(compose) == {"services", "volumes"}
    service = compose["services"]["copydesk"]  # type: ignore[index]
    build = service["build"]
    assert (COMPOSE.parent / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]) == CONTAINERFILE
    assert service["stop_grace_period"] == "15s"
    assert service["read_only"] == "true"
    assert service["cap_drop"] == ["ALL"]
    user = next(value for name, value in instructions() if name == "USER")
    assert service["user"] == f"{user}:{user}"
    volumes = dict(volume.split(":") for volume in service["volumes"])
    assert set(volumes) == set(compose["volumes"])  # type: ignore[call-overload]
    assert "/data" in volumes.values()


def test_the_reader_of_the_example_sees_mistakes() -> None:
    with pytest.raises(AssertionError):
        mapping("a: 1\na: 2\n")
    with pytest.raises(AssertionError):
        mapping("a:\n   b: 1\n")
    assert mapping("a:\n  b:\n    - x\n    - y\nc: 1\n") == {"a": {"b": ["x", "y"]}, "c": "1"}
