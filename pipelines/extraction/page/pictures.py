"""The pictures of the main content, each with its alternative text, caption and credit."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urljoin

from lxml.etree import _Element as Element

from db.models import Image
from pipelines.extraction.page.document import INVISIBLE, Zone, normalize_space, text_of, zone_of
from pipelines.extraction.page.tree import class_pattern, is_called
from pipelines.extraction.text.writing import words

_MAX_IMAGES = 40
_MAX_EXAMINED = 300
_MIN_PIXELS = 100
"""Width or height of the smallest picture that is no icon."""
_CAPTION_LEVELS, _MAX_CHILDREN = 4, 6
"""Ancestors in which a caption is looked for, and children of a box above which it is more than the box of a picture."""
_OTHER_CONTENT = Zone.RELATED | Zone.COMMENTS | Zone.SHARE | Zone.NAV | Zone.FOOTER
_ADDRESS_ATTRIBUTES = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-actualsrc",
    "data-url",
    "data-srcset",
    "src",
    "srcset",
)
_ICONS = words("sprite spacer blank. pixel 1x1 avatar icon logo qrcode emoji loading placeholder /ad/ /ads/ data:image")
"""What the addresses of icons hold. Not an expression: on a list of sizes it takes ten times as long."""
_CAPTION_CLASS = class_pattern("caption", "caption_in_text")
_CREDIT = re.compile(
    r"(?:\(|（|\bphoto(?:graph)?(?:s)?(?:\sby|:)?\s|\bfoto:?\s|\bbild:\s|\bcredit:?\s|\bimage:\s|©\s?|摄影[:：]|图[/／:：]|(?:来源|图源)[:：])\s{0,2}(?P<name>[^()（）]{2,80}?)[)）]?\s?$"
    r"|(?P<shot>[\u3400-\u9fff·\s]{2,20})[\s　]?(?:摄|供图)[)）]?\s?$",
    re.I,
)


def read_images(container: Element | None, address: str | None) -> tuple[Image, ...]:
    """The pictures of the main content in order, at most 40, without icons, trackers and those in boxes of other content."""
    if container is None:
        return ()
    found: dict[str, Image] = {}
    known: dict[Element, bool] = {}
    for el in islice(container.iter("img", "amp-img"), _MAX_EXAMINED):
        link = _address(el, address)
        if link is None or link in found or _is_in_other_content(el, container, known):
            continue
        found[link] = _image(el, link)
        if len(found) >= _MAX_IMAGES:
            break
    return tuple(found.values())


def read_image(el: Element, address: str | None) -> Image | None:
    """A single picture, whatever box it stands in; None for an icon or tracker."""
    link = _address(el, address)
    return _image(el, link) if link else None


def _image(el: Element, link: str) -> Image:
    alt = normalize_space((el.get("alt") or "")[:1000]) or None
    caption = _caption(el)
    return Image(url=link, alt=alt, caption=caption, credit=_credit(caption or alt))


def _address(el: Element, base: str | None) -> str | None:
    attributes: dict[str, str] = dict(el.items())  # type: ignore[arg-type]  # lxml-stubs: bytes too
    for name in _ADDRESS_ATTRIBUTES:
        value = attributes.get(name, "").strip()[:2000]
        if not value or any(map(value.lower().__contains__, _ICONS)):
            continue
        if name.endswith("srcset"):
            value = value.split(",")[-1].strip().split(" ")[0]
        try:
            link = urljoin(base or "", value)
        except ValueError:
            continue
        if link.startswith(("http://", "https://", "//")) or base is None:
            return link if _is_big_enough(el) else None
    return None


def _is_big_enough(el: Element) -> bool:
    sizes = [(el.get(name) or "").rstrip("px") for name in ("width", "height")]
    pixels = [int(size) for size in sizes if size.isdecimal() and len(size) < 6]
    return not pixels or max(pixels) >= _MIN_PIXELS


def _is_in_other_content(el: Element, container: Element, known: dict[Element, bool]) -> bool:
    """Whether a box around an element, inside the container, is of other content, noted for each: pictures share most of these."""
    box = el.getparent()
    if box is None or box is container:
        return False
    if box not in known:
        is_other = bool(zone_of(box) & _OTHER_CONTENT) or box.tag in INVISIBLE
        known[box] = is_other or _is_in_other_content(box, container, known)
    return known[box]


def _caption(el: Element) -> str | None:
    for box in islice(el.iterancestors(), _CAPTION_LEVELS):
        if len(box) > _MAX_CHILDREN and box.tag != "figure":
            return None
        for sub in box.iter("figcaption", "span", "p", "div", "em", "small"):
            if sub.tag == "figcaption" or is_called(sub, _CAPTION_CLASS):
                return text_of(sub, 1500) or None
        if box.tag in ("figure", "td"):
            return None
    return None


def _credit(text: str | None) -> str | None:
    match = _CREDIT.search(text[-200:]) if text else None
    return normalize_space(match["name"] or match["shot"] or "") or None if match else None
