"""Which browser draws pages: found on this machine, or what is missing and the command that installs it."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Where Playwright installs its own, by platform (its documentation, "Managing browser binaries").
_CACHES = {"linux": "~/.cache/ms-playwright", "darwin": "~/Library/Caches/ms-playwright"}
_PATTERNS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
# What Playwright 1.65 turns off: the switch below takes the place of its own, as the last one counts.
_OFF_FOR_PLAYWRIGHT = (
    *(
        "AvoidUnnecessaryBeforeUnloadCheckSync",
        "DestroyProfileOnBrowserClose",
        "HttpsUpgrades",
        "HttpsFirstBalancedModeAutoEnable",
    ),
    *(
        "LensOverlay",
        "MediaRouter",
        "PaintHolding",
        "ThirdPartyStoragePartitioning",
        "AvoidCorsURLLoaderRestartOnRedirect",
    ),
    *("TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion"),
)
# The popups of the address bar, which nobody types in: with a window, Chromium 156 starts a process for them, which takes 1 s of
# CPU and 160 MB.
_POPUPS = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
DISABLE_FEATURES = f"--disable-features={','.join((*_OFF_FOR_PLAYWRIGHT, *_POPUPS))}"
"""A switch of Chromium, for whoever starts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """What is missing for drawing pages, as a sentence, and the command that installs it."""

    message: str
    advice: str


def find_browser() -> Path | None:
    """A Chromium or Chrome: on the PATH (Debian's `chromium`), where macOS keeps programs, or Playwright's own; None if none is."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    if sys.platform == "darwin":
        for place in _MACOS:
            if Path(place).exists():
                return Path(place)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _CACHES.get(sys.platform, "")).expanduser()
    own = sorted(path for pattern in _PATTERNS for path in cache.glob(pattern) if cache.is_absolute())
    return own[-1] if own else None


def missing_part() -> MissingPart | None:
    """What is missing for drawing pages; None where nothing is."""
    if find_spec("playwright") is None:
        return MissingPart(
            message="the extra `render` (Playwright) is not installed", advice="pip install 'copydesk[render]'"
        )
    if find_browser() is None:
        return MissingPart(
            message="there is no Chromium or Chrome on this machine",
            advice="apt install chromium, or: playwright install chromium",
        )
    return None
