"""Commands started by what leaves out things that a shell gives: standard streams, a time zone that can be used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT, Newsroom
from tests.support.forked import run_forked


def started(newsroom: Newsroom, shell: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command started by a line of a shell, in which "$@" is the command."""
    command = [sys.executable, "-m", "cli.main", "--db", str(newsroom.path), *words]
    return subprocess.run(
        ["sh", "-c", shell, "sh", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
    )


def with_proxy(newsroom: Newsroom, *words: str, **proxy: str) -> tuple[int, str, str]:
    """What a command ends with and says where the environment names this proxy."""
    env = {**os.environ, **proxy, "no_proxy": ""}
    done = run_forked(("--db", str(newsroom.path), *words), newsroom.path.parent, env, 120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_like_ones_that_nobody_reads(newsroom: Newsroom, closed: str) -> None:
    done = started(newsroom, f'"$@" {closed}', "articles")
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">" not in closed)


def test_an_error_is_told_where_the_output_is_closed(newsroom: Newsroom) -> None:
    done = started(newsroom, '"$@" >&-', "show", "99")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(("words", "code"), [(("show", "99"), 2), (("sources", "lst"), 2), (("articles",), 3)])
def test_the_exit_code_is_the_same_where_nothing_can_be_said(
    newsroom: Newsroom, words: tuple[str, ...], code: int
) -> None:
    assert started(newsroom, '"$@" >/dev/full 2>/dev/full', *words).returncode == code


def test_a_time_zone_that_no_time_can_be_shown_in(newsroom: Newsroom) -> None:
    done = started(newsroom, '"$@"', "articles", TZ="UTC-99")
    assert done.returncode == 0
    assert done.stdout
    assert done.stderr == "copydesk: TZ=UTC-99 is no time zone; times are shown in the machine's own\n"


# `nohup`, if the tests were started by it, has them and all that they start ignore SIGHUP.
_SIGNALLED = """
import os, signal, sys
if signal.getsignal({sign}) is signal.SIG_IGN:
    signal.signal({sign}, signal.SIG_DFL)
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "pipelines.dedup.settle":
            os.kill(os.getpid(), {sign})
sys.meta_path.insert(0, Finder())
from cli.main import main
main()
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_command_that_is_stopped_while_it_is_imported_ends_like_one_at_work(
    newsroom: Newsroom, sign: signal.Signals
) -> None:
    program = _SIGNALLED.replace("{sign}", str(int(sign)))
    command = [sys.executable, "-c", program, "--db", str(newsroom.path), "settle", "--all"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "")


def test_a_proxy_that_does_not_work_is_named_without_its_password(newsroom: Newsroom) -> None:
    """Each site looks as if it refused connections."""
    proxy = "http://us:secret@127.0.0.1:9"
    code, out, err = with_proxy(newsroom, "crawl", "wanbao.example", https_proxy=proxy)
    assert code == 1
    assert "the proxy cannot be reached; check it, and the variables http_proxy" in out + err
    _, why, complaint = with_proxy(newsroom, "why", "wanbao.example", https_proxy=proxy)
    assert "was not asked, because the proxy of this machine cannot be reached" in " ".join(why.split())
    assert "secret" not in out + err + why + complaint


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://us:secret@127.0.0.1:9",
        "http://us:secret@127.0.0.1:notaport",
        "http://us:secret@[::1",
        "http://us:se@cret@:9",
    ],
)
def test_a_proxy_variable_that_names_none_is_told_once_without_its_password(newsroom: Newsroom, proxy: str) -> None:
    """Each site looked as if it broke the connection off, and what speaks SOCKS was asked in HTTP."""
    code, out, err = with_proxy(newsroom, "crawl", http_proxy=proxy)
    assert (code, err.count("\n"), out) == (2, 1, "")
    assert err.startswith("copydesk: http_proxy: ")
    assert "secret" not in err
    assert "cret@" not in err


def test_what_the_output_s_encoding_lacks_is_escaped(newsroom: Newsroom) -> None:
    """As in a locale of Latin-1."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "--db", str(newsroom.path), "articles"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u57ce\\u5317" in done.stdout
    assert b"ferry" in done.stdout
