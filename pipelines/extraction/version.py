"""Who makes derived rows: the versions of the extraction, of the site rules, and of the libraries that decide what is read.

An outcome is stale where its extractor is not the one in force, so the name must change when pages are read otherwise, and only
then. Each part follows its own rule:

- Our code: `EXTRACTION_VERSION`, a number raised by hand. `tests/pipelines/extraction/test_extraction_version.py` holds it to
  what is read from the test pages. A comment, a move, a renamed function or a release without changes to the extraction leaves it
  alone.
- The site rules: a digest of their content (`Sites.version`).
- trafilatura: its full version. It finds the main text, and every release of it may read some page otherwise.
- libxml2 and jusText: major and minor version. libxml2 builds the tree of every page and is part of lxml's wheels, so two machines
  with one lxml may still differ in it; jusText rescues texts for trafilatura. Their patch releases mend crashes.

Not named: charset-normalizer (asked for one page in thousands, which declares no encoding), tldextract's list, idna, tzdata,
cssselect and Python's Unicode tables. Each release of those would make a whole archive stale for the sake of a few pages, if any.
`requirements.lock` holds them still; where renewing it changes what is read from a test page, the test demands a new number.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from db.site_rules.loader import Sites
from db.store.extraction.outcomes import Extractor

# Raise it when stored pages would be read otherwise: any field, any rejection or its wording, the fingerprint. Leave it where all
# outcomes stay as they are. `make extraction-digests` raises it where it must be, and records what is read now.
EXTRACTION_VERSION = 11

# What runs on a worker of a cluster comes from these.
_PACKAGES = ("db", "pipelines")


@cache
def extraction_version() -> str:
    """The extraction as rows name it: our number and the libraries under it, such as "1+libxml2-2.14+justext-3.0"."""
    from lxml import etree  # 10 ms, and most commands that name the extractor have loaded it anyway

    libxml2 = ".".join(map(str, etree.LIBXML_VERSION[:2]))
    justext = ".".join(version("jusText").split(".")[:2])
    return f"{EXTRACTION_VERSION}+libxml2-{libxml2}+justext-{justext}"


def installed_code(root: Path | None = None) -> str:
    """The release and a digest of all files of it that a cluster's worker may run or read, such as "0.1.0+1f3a9c2e".

    This is no part of a row's name. It tells whether two machines hold the same code, where a comment more does no harm and a
    file less does.
    """
    root = root or Path(__file__).resolve().parents[len(__name__.split(".")) - 1]
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
            name = path.relative_to(root).as_posix()
            if path.is_file() and "/__pycache__/" not in name:
                digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('copydesk')}+{digest.hexdigest()[:8]}"


@cache
def trafilatura_version() -> str:
    """The version of trafilatura that is installed."""
    return version("trafilatura")


def extractor_in_force(sites: Sites) -> Extractor:
    """The extractor that this process runs."""
    return Extractor(
        code=extraction_version(), rules=sites.version, trafilatura=trafilatura_version(), rule_files=sites.files
    )
