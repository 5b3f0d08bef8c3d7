"""Trafilatura's fast mode without the passes that change nothing on nearly all pages.

`bare_extraction` copies the tree five times and looks at all of its elements for boxes that few pages have. Here its own functions
run in its order, on a page whose elements have none of those names and whose text is no candidate for another try.
"""

from __future__ import annotations

import re
from copy import copy
from typing import Any, cast

from lxml.etree import XPath
from lxml.etree import _Element as Element

_NAMES = XPath("//@class | //@id", smart_strings=False)
_PRUNED_NAMES = re.compile("mvp-post-add|infinite-?scroll|elementor-share|omment|comol|disqus_thread|dsq-")
"""What occurs in the names that `RAW_TREE_PRUNE_XPATH` and `REMOVE_COMMENTS_AND_LISTS_XPATH` look for."""
_ELEMENTS = XPath("count(//*)")
_TEXT = XPath("string(/)", smart_strings=False)


def read_plainly(page: Element, options: Any) -> str | None:
    """What `bare_extraction` reads with these options, the fast ones of `body.text`; None where it must run itself."""
    from trafilatura.core import ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE
    from trafilatura.htmlprocessing import convert_tags, tree_cleaning
    from trafilatura.main_extractor import extract_content
    from trafilatura.xml import xmltotxt

    if _PRUNED_NAMES.search("\n".join(cast(list[str], _NAMES(page)))):
        return None
    try:
        body, text = extract_content(convert_tags(tree_cleaning(copy(page), options), options, None), options)
    except (TypeError, ValueError):
        return None
    size = len(text)
    if size < max(options.min_extracted_size, options.min_output_size):
        return None
    if size < ESCALATION_MAX_LENGTH and _holds_more(page, size, ESCALATION_PAGE_SHARE):
        return None
    return str(xmltotxt(body, options.formatting))


def _holds_more(page: Element, size: int, share: float) -> bool:
    """Whether a text of `size` characters is less than this share of the page's text, as `html2txt` reads it.

    It drops some boxes and puts a space before and behind blocks, so that it gives no more than all text with two for each element.
    """
    most = len(" ".join(cast(str, _TEXT(page)).split())) + 2 * cast(float, _ELEMENTS(page))
    if size >= share * most:
        return False
    from trafilatura.baseline import html2txt

    return size < share * len(html2txt(page))
