"""Other texts in the templates of labelled pages: whether a text is read whatever its length and shape.

    python -m bench.extraction.changed.transplanted_texts CORPUS... [--texts NAME,...] [--jobs N] [--misses [N]] [--json FILE]

CORPUS is a folder with gold.jsonl and pages/<id>.html.gz. The body of each labelled page is taken out, and the texts of
transplanted_texts.toml are put into its place one by one: briefs, lists, interviews, verse. What is around it stays as it was.

A template's lines that its answer holds with the *normal* text too are not counted: its standfirst, a caption. So the figures say
what a text's shape alone adds and loses. Templates are counted that read the normal text well. F1 is that of the bags of words (of
characters in Chinese), the mean of the templates; the number beside it is that of the templates below `_WELL_READ`.

The halves are those of `quality`, by site. `--misses` prints answers of half A; half B is measured and never looked at.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import os
import re
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.html import document_fromstring

from bench.extraction.quality import half_of, read_gold

TEXTS = Path(__file__).with_suffix(".toml")
_NORMAL = "normal"
_WELL_READ = 0.85
"""F1 of the normal text from which a template is counted, and under which another text counts as misread."""
_BODY_TAGS = ("p", "li", "h2", "h3", "h4", "blockquote", "td", "div")
_OTHER_TAGS = ("nav", "footer", "aside", "form")
_MIN_FOUND = 25
"""Letters from which a block of the page is found in its label, not by chance; a fifth of that is enough in Chinese."""
_MIN_BLOCKS, _MIN_BODY = 4, 0.75
"""Blocks of the label that the page must have, and the share of the label that the body must hold."""
_PLACE = "the-transplanted-text"
_DESCRIPTION = re.compile(r"description$", re.I)
_ARTICLE_BODY = re.compile(r'("articleBody"\s*:\s*)"(?:[^"\\]|\\.)*"')
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""What texts are compared by: words, and single characters of Chinese, Japanese and Korean."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text to put into templates."""

    name: str
    html: str
    beside: str
    """The text with whose answer that for this one is compared."""

    @property
    def lines(self) -> list[str]:
        """Its blocks, as plain text."""
        box: Any = document_fromstring(f"<div>{self.html}</div>")
        for block in box.iter("p", "div", "li", "h2", "h3", "td", "blockquote", "br"):
            block.tail = "\n" + (block.tail or "")
        return [line for raw in box.text_content().split("\n") if (line := " ".join(raw.split()))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A labelled page without its body."""

    id: str
    half: str
    url: str | None
    html: str
    is_chinese: bool
    describes_text: bool
    """Whether the page's description was the beginning of its text."""

    def filled(self, text: Text) -> str:
        """The page with this text."""
        first = html.escape(text.lines[0], quote=True)
        page = self.html.replace(f"<!--{_PLACE}-->", text.html).replace(_PLACE, first if self.describes_text else "")
        return _ARTICLE_BODY.sub(lambda match: match[1] + json.dumps(" ".join(text.lines)), page)


def read_texts(path: Path = TEXTS) -> dict[str, Text]:
    """The texts by name."""
    rows = tomllib.loads(path.read_text("utf-8"))["text"]
    markup = {row["name"]: row.get("html", "") for row in rows}
    return {
        row["name"]: Text(
            name=row["name"],
            html=row.get("html") or "".join(markup[part] for part in row["parts"]),
            beside=row.get("beside", row["name"] if row["name"].endswith(_NORMAL) else _NORMAL),
        )
        for row in rows
    }


def make_template(record: dict[str, Any], body: bytes) -> Template | None:
    """The template of a labelled page. None where its label's text is not found in one element."""
    try:
        body.decode()
        tree: Any = document_fromstring(body)
    except (UnicodeDecodeError, ValueError, etree.ParserError):
        return None
    label = _letters(record["text"])
    is_chinese = 2 * len(_HAN.findall(label)) > len(label)
    shortest = _MIN_FOUND // 5 if is_chinese else _MIN_FOUND
    blocks = [
        el
        for el in tree.iter(*_BODY_TAGS)
        if shortest < len(letters := _letters(el.text_content())) <= len(label)
        and letters in label
        and not any(ancestor.tag in _OTHER_TAGS for ancestor in el.iterancestors())
    ]
    outer = {ancestor for el in blocks for ancestor in el.iterancestors()}
    blocks = [el for el in blocks if el not in outer]
    if len(blocks) < _MIN_BLOCKS:
        return None
    for container in blocks[len(blocks) // 2].iterancestors():
        held = [el for el in blocks if container in el.iterancestors()]
        if sum(len(_letters(el.text_content())) for el in held) >= _MIN_BODY * len(label):
            break
    else:
        return None
    if container.tag in ("body", "html"):
        return None
    places = [
        index for index, child in enumerate(container) if any(el is child or child in el.iterancestors() for el in held)
    ]
    removed = container[places[0] : places[-1] + 1]
    old = _letters(" ".join(child.text_content() for child in removed if isinstance(child.tag, str)))
    for child in removed:
        child.tail = None
        container.remove(child)
    if not places[0]:
        container.text = None
    container.insert(places[0], etree.Comment(_PLACE))
    descriptions = [meta for meta in tree.iter("meta") if _DESCRIPTION.search(_name_of(meta))]
    described = [meta for meta in descriptions if _letters(meta.get("content", ""))[:_MIN_FOUND] in old]
    for meta in described:
        meta.set("content", _PLACE)
    # The state of scripts holds the old text, in whatever form.
    for script in list(tree.iter("script")):
        if "ld+json" not in script.get("type", "") and script.getparent() is not None:
            script.drop_tree()
    return Template(
        id=record["id"],
        half=half_of(record),
        url=record.get("url") or None,
        html=str(etree.tostring(tree, encoding="unicode", method="html")),
        is_chinese=is_chinese,
        describes_text=bool(described),
    )


def _name_of(meta: Any) -> str:
    return str(meta.get("name") or meta.get("property") or "")


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def read(template: Template, text: Text) -> list[str]:
    """The lines that are read of a template with a text; none of a page that is no article."""
    from db.models import Article, Page
    from db.site_rules.loader import Sites
    from pipelines.extraction.extract import extract

    outcome = extract(
        Page(body=template.filled(text).encode(), url=template.url, content_type="text/html; charset=utf-8"), Sites()
    )
    return outcome.text.split("\n") if isinstance(outcome, Article) else []


def score(lines: Sequence[str], text: Text, own: set[str]) -> float:
    """F1 of the words that were read, without the template's `own` lines."""
    want = Counter(TOKEN.findall("\n".join(text.lines).lower()))
    got = Counter(TOKEN.findall("\n".join(line for line in lines if _letters(line) not in own).lower()))
    return 2 * (want & got).total() / (want.total() + got.total())


def own_lines(lines: Sequence[str], text: Text) -> set[str]:
    """The lines of an answer that are not of the text but of the template, as letters."""
    inside = _letters("".join(text.lines))
    return {letters for line in lines if (letters := _letters(line)) not in inside}


def read_all(
    task: tuple[Path, dict[str, Any], list[Text]],
) -> tuple[str, str, dict[str, tuple[float, list[str]]]] | None:
    """A page's template with each of the texts: id, half, and by text the F1 and what is read; runs in a worker process."""
    corpus, record, texts = task
    template = make_template(record, gzip.decompress((corpus / "pages" / f"{record['id']}.html.gz").read_bytes()))
    if template is None:
        return None
    found: dict[str, tuple[float, list[str]]] = {}
    own: set[str] = set()
    for text in texts:
        if text.name.startswith("zh ") is not template.is_chinese:
            continue
        lines = read(template, text)
        if text.beside == text.name:  # the first
            own = own_lines(lines, text)
            if score(lines, text, set()) < _WELL_READ:
                return template.id, template.half, {text.name: (0.0, lines)}
        found[text.name] = score(lines, text, own), [line for line in lines if _letters(line) not in own]
    return template.id, template.half, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--texts", default="", help="only these, by name, with commas between them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--misses", type=int, nargs="?", const=20, default=0, metavar="N", help="print N of half A for each text"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the F1 of each template and text")
    options = parser.parse_args(arguments)
    texts = read_texts()
    asked = [name.strip() for name in options.texts.split(",") if name.strip()] or list(texts)
    chosen = [
        text for text in texts.values() if text.name in asked or any(texts[name].beside == text.name for name in asked)
    ]
    tasks = [
        (corpus, record, chosen) for corpus in options.corpus for record in read_gold(corpus) if record.get("text")
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        answers = [answer for answer in pool.map(read_all, tasks, chunksize=4) if answer]
    rows = {(id, half): found for id, half, found in answers}
    for line in table(rows, chosen):
        print(line)
    for text in chosen if options.misses else ():
        found = [
            (*read[text.name], id)
            for (id, half), read in rows.items()
            if half == "A" and len(read) > 1 and text.name in read
        ]
        for value, lines, id in sorted((row for row in found if row[0] < _WELL_READ), key=lambda row: row[0])[
            : options.misses
        ]:
            print(f"== {text.name} {id} {value:.3f}\n   ", "\n    ".join(lines))
    if options.json:
        figures = {id: {name: value for name, (value, _) in read.items()} for (id, _), read in rows.items()}
        options.json.write_text(json.dumps(figures), encoding="utf-8")
    return 0


def table(rows: dict[tuple[str, str], dict[str, tuple[float, list[str]]]], texts: Sequence[Text]) -> Iterator[str]:
    """One line a text: mean F1 and misread templates, by half."""
    yield f"{'text':24}" + "".join(f"{half:>9}{'misread':>9}{'of':>6}" for half in "AB")
    for text in texts:
        cells = ""
        for half in "AB":
            counted = [
                read[text.name][0]
                for (_, own), read in rows.items()
                if own == half and text.name in read and (len(read) > 1 or read[text.name][0])
            ]
            if counted:
                cells += (
                    f"{statistics.mean(counted):9.4f}{sum(value < _WELL_READ for value in counted):9}{len(counted):6}"
                )
            else:
                cells += f"{'-':>9}{'-':>9}{0:6}"
        yield f"{text.name:24}{cells}"


if __name__ == "__main__":
    sys.exit(main())
