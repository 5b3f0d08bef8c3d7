"""Who makes derived rows: the versions of our extraction code, of the site rules, of trafilatura."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from db.site_rules.loader import Sites
from db.store.outcomes import Extractor

# What an article is made of. A change in any of these files makes stored articles stale.
_MAKERS = ("extraction/**/*.py", "html_tree.py", "text_limits.py", "urls.py", "tracking_parameters.py")


def code_version() -> str:
    """The package's version and a digest of the extraction code, such as "0.1.0+1f3a9c2e"."""
    folder = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for pattern in _MAKERS:
        for path in sorted(folder.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('copydesk')}+{digest.hexdigest()[:8]}"


def extractor_in_force(sites: Sites) -> Extractor:
    """The extractor that this process runs."""
    return Extractor(
        code=code_version(), rules=sites.version, trafilatura=version("trafilatura"), rule_files=sites.files
    )
