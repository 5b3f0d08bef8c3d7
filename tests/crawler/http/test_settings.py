from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crawler import settings as scrapy_settings
from crawler.http.middlewares.request_defaults import product_token, user_agent
from tests.crawler.http.crawls import crawl_settings
from tests.crawler.http.web import Web

ROOT = Path(__file__).parents[3]


def test_nothing_listens_and_nothing_but_the_web_is_read() -> None:
    settings = crawl_settings()
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_every_meta_key_in_use_is_documented() -> None:
    """The docstring is where the spider's author looks."""
    said = scrapy_settings.__doc__ or ""
    for module in ("downloader", "connection/handler", "middlewares/robots_middleware", "middlewares/retry"):
        source = (ROOT / "crawler" / "http" / f"{module}.py").read_text("utf-8")
        keys = set(re.findall(r'meta\.get\("(\w+)"', source)) - {"retry_times"}
        assert all(key in said for key in keys), keys


def test_contact_and_product() -> None:
    unset, given = crawl_settings(), crawl_settings(COPYDESK_CONTACT="desk@example.test")
    assert user_agent(unset) == "Copydesk/0.1 (news crawler; no contact set)"
    assert user_agent(given) == "Copydesk/0.1 (news crawler; desk@example.test)"
    assert product_token(given) == "Copydesk"
    assert product_token(crawl_settings(ROBOTSTXT_USER_AGENT="Desk")) == "Desk"


@pytest.mark.parametrize(("networks", "shown"), [("127.0.0.0/8", "status 200"), ("", "not a public internet address")])
def test_scrapy_shell_works_and_is_guarded(web: Web, networks: str, shown: str) -> None:
    code = "print('status', response and response.status)"
    command = [sys.executable, "-m", "scrapy", "shell", "-L", "INFO", "-s", f"COPYDESK_ALLOW_NETWORKS={networks}"]
    command += [web.url("/a"), "-c", code]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert shown in done.stdout + done.stderr
    assert web.paths() == (["/robots.txt", "/a"] if networks else [])
