"""How a browser is started."""

from __future__ import annotations

import re
from pathlib import Path

import playwright
import pytest

from crawler.render.browsers import DISABLE_FEATURES

PLAYWRIGHT = Path(playwright.__file__).parent / "driver" / "package" / "lib" / "coreBundle.js"


@pytest.mark.skipif(not PLAYWRIGHT.exists(), reason="another version of Playwright, made in another way")
def test_what_playwright_turns_off_is_off() -> None:
    """Of two switches of one name, Chromium sees the last one, which is ours."""
    own = re.search(r"disabledFeatures = \[(.*?)\n\s*\]", PLAYWRIGHT.read_text("utf-8"), re.DOTALL)
    assert own is not None
    names = re.findall(r'^\s*"(\w+)",?$', own[1], re.MULTILINE)
    assert len(names) > 10
    assert set(names) <= set(DISABLE_FEATURES.partition("=")[2].split(","))
