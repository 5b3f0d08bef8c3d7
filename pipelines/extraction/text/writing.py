"""The characters of East Asian writing, and those that end a sentence."""

from __future__ import annotations

import re

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
HAN = re.compile(r"[\u3400-\u9fff]")
FULL_STOPS = frozenset(".!?…。！？؟।۔։")
SENTENCE_ENDS = FULL_STOPS | frozenset("\"'”’»")
"""With what closes a quotation."""
PARAGRAPH_ENDS = SENTENCE_ENDS | frozenset(")）」】]")
"""With what closes a bracket as well."""
