"""Which language `copydesk inspect` answers in, asked of the real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("datasette", reason="the extra `inspect` is not installed")
pytest.importorskip("playwright", reason="Playwright is not installed")

from db.connection.database import open_database
from db.inspect.translation.negotiation import LANGUAGE_COOKIE
from tests.browser.looking import ask, inspecting


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("languages") / "news.db"
    open_database(path, create=True).conn.close()
    return path


@pytest.fixture(scope="module")
def home(database: Path) -> Iterator[str]:
    with inspecting(database) as home:
        yield home


def test_the_browser_decides_until_a_language_is_chosen(home: str) -> None:
    _, chinese, headers = ask(home, "/-/runs?before=7", Accept_Language="zh-CN,zh;q=0.9,en;q=0.8")
    assert '<html lang="zh">' in chinese
    assert "还没有运行" in chinese
    varies = {name.strip().lower() for value in headers.get_all("vary") or () for name in value.split(",")}
    assert {"accept-language", "cookie"} <= varies
    assert 'href="/-/language/en?to=/-/runs%3Fbefore%3D7"' in chinese
    status, _, headers = ask(home, "/-/language/en?to=/-/runs%3Fbefore%3D7", Accept_Language="zh")
    assert (status, headers["location"]) == (302, "/-/runs?before=7")
    cookie = headers["set-cookie"].partition(";")[0]
    assert cookie == f"{LANGUAGE_COOKIE}=en"
    _, english, _ = ask(home, headers["location"], Accept_Language="zh", Cookie=cookie)
    assert '<html lang="en">' in english
    assert "There are no runs yet" in english
    assert 'href="/-/language/zh?to=' in english


@pytest.mark.parametrize(
    "leading",
    ["//evil.example/", "/%5Cevil.example", "/%09/evil.example", "https://evil.example/", "javascript:alert(1)"],
)
def test_a_choice_leads_to_this_server_only(home: str, leading: str) -> None:
    status, _, headers = ask(home, f"/-/language/zh?to={leading}")
    assert (status, headers["location"]) == (302, "/")


def test_errors_and_refusals_speak_too(home: str) -> None:
    status, page, _ = ask(home, "/-/article/7", Accept_Language="zh")
    assert (status, "没有编号为 7 的文章" in page) == (404, True)
    status, text, _ = ask(home, "/", method="POST", Accept_Language="zh")
    assert (status, text) == (405, "此处不能写入：数据库以只读方式打开。\n")
    assert ask(home, "/", method="POST")[1].startswith("Nothing can be written here")
    assert ask(home, "/-/language/xx")[0] == 404


def test_one_language_for_all(database: Path) -> None:
    with inspecting(database, "--lang", "zh") as home:
        _, page, _ = ask(home, "/", Accept_Language="en", Cookie=f"{LANGUAGE_COOKIE}=en")
        assert '<html lang="zh">' in page
        assert "最新文章" in page
        assert "/-/language/" not in page
        assert ask(home, "/", method="POST", Accept_Language="en")[1].startswith("此处不能写入")
