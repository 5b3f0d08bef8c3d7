"""What is read when pages say less: the labelled pages, each robbed of something, scored again.

    python -m bench.extraction.changed.ablation CORPUS SCORER [--without NAME ...] [--jobs N] [--json OUT]

Other sites' pages lack what the labelled ones happen to have: statements for machines, telling class names, the elements that
HTML 5 brought. Each column is one ablation, each line a set and field; figures are the loss in points against the untouched pages.
Where a column loses most, the reader of the visible page is weak. About 30 s of two cores a column.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from bench.extraction.quality import Figures, half_of, read_gold, score

_STATING = ("itemprop", "itemscope", "itemtype", "rel", "datetime", "pubdate", "property", "typeof", "vocab")
_NAMING = ("class", "id", "role")
_MEANING = frozenset(("article", "main", "header", "footer", "nav", "aside", "section", "time", "hgroup", "address"))
_KEPT_METAS = re.compile(r"charset|content-type|language", re.I)


def json_ld(tree: Element) -> None:
    """No JSON-LD."""
    for el in list(tree.iter("script")):
        if "ld+json" in (el.get("type") or "").lower():
            drop(el)


def metas(tree: Element) -> None:
    """No metas but those of the encoding and the language."""
    for el in list(tree.iter("meta")):
        said = f"{el.get('http-equiv') or ''} {el.get('name') or ''}"
        if el.get("charset") is None and not _KEPT_METAS.search(said):
            drop(el)


def microdata(tree: Element) -> None:
    """No attributes that state something; links keep their addresses."""
    for el in tree.iter(etree.Element):
        if el.tag != "link":
            for name in _STATING:
                if name in el.attrib:
                    del el.attrib[name]


def statements(tree: Element) -> None:
    """Nothing for machines: no JSON-LD, no metas, no stating attributes, no other scripts."""
    json_ld(tree)
    metas(tree)
    microdata(tree)
    for el in list(tree.iter("script")):
        drop(el)


def names(tree: Element) -> None:
    """Class names and ids that say nothing: each is renamed, the same name to the same."""
    for el in tree.iter(etree.Element):
        for name in _NAMING:
            if value := el.attrib.get(name):
                el.set(name, " ".join(map(_nameless, value.split())))


def elements(tree: Element) -> None:
    """No elements of HTML 5: article, main, header, time and their like are `div`s and `span`s."""
    for el in tree.iter(etree.Element):
        if el.tag in _MEANING:
            el.tag = "span" if el.tag == "time" else "div"


def headings(tree: Element) -> None:
    """The `h1` is a `div`, as on pages whose headline is only large."""
    for el in tree.iter("h1"):
        el.tag = "div"


def title(tree: Element) -> None:
    """The `<title>` is the site's name alone."""
    for el in tree.iter("title"):
        for inner in list(el):
            el.remove(inner)
        el.text = "Home"


def visible(tree: Element) -> None:
    """What a reader sees and nothing else: no statements, no names, no elements of HTML 5."""
    statements(tree)
    names(tree)
    elements(tree)


ABLATIONS: dict[str, Callable[[Element], None]] = {
    "json-ld": json_ld,
    "metas": metas,
    "microdata": microdata,
    "statements": statements,
    "names": names,
    "elements": elements,
    "headings": headings,
    "title": title,
    "visible": visible,
}


def drop(el: Element) -> None:
    """Remove an element and keep the text after it."""
    parent = el.getparent()
    if parent is None:
        return
    if el.tail:
        before = el.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + el.tail
        else:
            parent.text = (parent.text or "") + el.tail
    parent.remove(el)


def _nameless(name: str) -> str:
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).digest()
    return "q" + "".join("bcdfghjkmpqvwxz"[byte % 15] for byte in digest[:6])


def robbed(html: str, ablation: str | None) -> str:
    """The page without what the ablation takes; "" where it cannot be parsed."""
    try:
        tree = etree.fromstring(html.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8"))
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if tree is None:
        return ""
    if ablation:
        ABLATIONS[ablation](tree)
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def predict_one(task: tuple[str, str, str | None, str | None]) -> dict[str, Any]:
    """One page; runs in a worker process."""
    from db.models import Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.article_json import to_json
    from pipelines.extraction.encoding import decode
    from pipelines.extraction.extract import extract

    name, path, url, ablation = task
    with gzip.open(path) as file:
        body = file.read()
    decoded = decode(body)
    html = robbed(decoded.text if decoded else "", ablation)
    page = Page(body=html.encode("utf-8", "replace"), url=url, content_type="text/html; charset=utf-8")
    return to_json(extract(page, Sites()), page_id=name)


def predict(corpus: Path, gold: list[dict[str, Any]], jobs: int, ablation: str | None) -> list[dict[str, Any]]:
    """What `extract` makes of every page robbed of something."""
    tasks = [(row["id"], str(corpus / "pages" / f"{row['id']}.html.gz"), row.get("url"), ablation) for row in gold]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(predict_one, tasks, chunksize=8))


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("scorer", type=Path)
    parser.add_argument("--without", nargs="*", choices=list(ABLATIONS), default=list(ABLATIONS))
    parser.add_argument("--half", choices="AB", help="only the pages of one half of the sites")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="keep the figures, and beside them each column's predictions")
    options = parser.parse_args()
    gold = [row for row in read_gold(options.corpus) if options.half in (None, half_of(row))]
    table: dict[str, Figures] = {}
    for column in (None, *options.without):
        rows = predict(options.corpus, gold, options.jobs, column)
        table[column or "none"] = score(gold, rows, options.scorer)
        if options.json:
            kept = options.json.with_suffix(f".{column or 'none'}.jsonl")
            kept.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        print(f"{column or 'untouched'} read", file=sys.stderr)
    print_table(table)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    return 0


def print_table(table: dict[str, Figures]) -> None:
    """One line a set and field: the figure of the untouched pages, then the points lost (-) or won (+) by each ablation."""
    columns = [name for name in table if name != "none"]
    print(f"{'set':9} {'field':16} {'none':>7} " + " ".join(f"{name:>10}" for name in columns))
    for name, fields in table["none"].items():
        for field, whole in fields.items():
            moved = [100 * (table[column].get(name, {}).get(field, 0.0) - whole) for column in columns]
            print(f"{name:9} {field:16} {whole:7.4f} " + " ".join(f"{points:+10.1f}" for points in moved))


if __name__ == "__main__":
    sys.exit(main())
