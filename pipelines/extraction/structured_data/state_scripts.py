"""The state that a page carries for its own scripts: the values in it, whatever form they are written in.

A *root* is one such value with its name: JSON in a script of its own (`__NEXT_DATA__`, `__NUXT_DATA__`), what a script assigns or
calls a function with (`window.__INITIAL_STATE__ = {…}`, `JSON.parse("…")`), pushed chunks (`self.__next_f`), or a form field.
Strings that a script assigns to variables (`var ct = "1581517077"`) form one root together. References between values (Apollo's
`__ref`, React's `$1a`) are resolved by the reader of the root with `references`; Nuxt's numbers are resolved here. Reading is
limited by `MAX_SCRIPTS` and `MAX_LITERALS`, and every step takes time linear in the length of the text.
"""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote

from pipelines.extraction.structured_data.state_assignments import STRING, VALUE, next_assignment

MAX_SCRIPTS = 6_000_000
"""Characters of scripts read of one page. The largest state of the development pages has 1.3 million."""
MAX_LITERALS = 2_000
"""Values of one script, or attributes of one page, that are tried. Most are code and end at once."""
MAX_JAVASCRIPT = 1_500_000
"""Characters of one value in JavaScript that is not JSON."""
_MAX_DEPTH = 60
_MAX_VALUES = 500

_SCRIPT = re.compile(r"<script\b([^>]{0,3000})>", re.I)
_SCRIPT_END = re.compile(r"</script", re.I)
_TYPE = re.compile(r"\btype\s{0,3}=\s{0,3}[\"']?([\w/.+-]{1,60})", re.I)
_ID = re.compile(r"\b(?:id|data-url|data-name|class)\s{0,3}=\s{0,3}[\"']?([\w./:-]{1,80})", re.I)
_ARTICLE_HINT = re.compile(r"itle|eadline|ublish|ontent|uthor|ubDate|articleBody|reated_at|&q;|%22")
_BARE_KEY = re.compile(r"\{\s{0,99}[^\s\"}]")
"""JavaScript that is no JSON. To find out by decoding it costs a walk over the script, for the line number in the error."""
_BRACKETS = re.compile(
    r"\"(?:[^\"\\]|\\.)*+(?:\"|\\?$)|'(?:[^'\\]|\\.)*+(?:'|\\?$)|`(?:[^`\\]|\\.)*+(?:`|\\?$)|[{}\[\]()]", re.S
)
_METHOD_CALL = re.compile(r"(?<=[\"'])\.[a-zA-Z]{2,12}\([^()\"']{0,60}\)")
"""A method called on a string literal: '…'.slice(6, -6), "…".trim()."""
_CALL_ON_STRING = re.compile(r"(?<![\w$.])[A-Za-z_$]\w{1,30}\(\s?(\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+')\s?\)", re.S)
"""A string decoded by a function: JsDecode('…')."""
_CONCATENATION = re.compile(r"[\"']\s{0,9}\+\s{0,9}[\"']")
_EMPTY_DEFAULT = re.compile(r"(?:\"\"|'')\s{0,3}\|\|\s{0,3}")
_HEX_ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})")
_INVALID_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu'])")
"""A backslash before a character that JSON does not escape."""
_TRAILING_COMMA = re.compile(r",(?=\s{0,200}[,}\]])")
_COMMENT_WRAPPER = re.compile(
    r"^\s{0,200}(?:<!--|(?:/\*|//)?\s{0,9}<!\[CDATA\[)(?:\s{0,9}\*/)?|(?:/\*|//)?\s{0,9}(?:-->|\]\]>)(?:\s{0,9}\*/)?\s{0,200}$"
)
_RETURN = re.compile(r"return\s{0,5}(?=[{\[])")
_MAX_PARAMETERS = 60_000
"""Characters in which the parameters of a function are looked for."""
_FLIGHT_ROW = re.compile(rb"\n?([0-9a-f]{1,6}):(?:T([0-9a-f]{1,8}),)?")
_REFERENCE = re.compile(r"\$[L@]?([0-9a-f]{1,6})")
_ANGULAR_ESCAPES = {"&q;": '"', "&s;": "'", "&l;": "<", "&g;": ">", "&a;": "&"}


class Root(NamedTuple):
    """One value in a page's scripts, its name, and the values that its references name."""

    name: str
    value: Any
    references: Mapping[str, Any] = {}


def iter_roots(html: str, is_known_key: Callable[[str], bool]) -> Iterator[Root]:
    """Every value that the scripts and form fields of a page hold, except JSON-LD.

    `is_known_key` says which variables are kept where a script assigns strings to variables one by one.
    """
    remaining = MAX_SCRIPTS
    chunks: list[str] = []
    variables: dict[str, str] = {}
    for kind, name, text in _scripts(html):
        if (remaining := remaining - len(text)) < 0:
            break
        if "json" in kind:
            if (value := read_value(text)) is not None:
                yield Root(name or "json", value)
        elif "__next_f" in text[:200]:
            chunks += _pushed_chunks(text)
        else:
            roots = list(_assigned_values(text)) if _ARTICLE_HINT.search(text) else []
            yield from roots
            has_objects = any(isinstance(root.value, dict) for root in roots)
            pairs = _string_variables(text, "=" if has_objects else "=:", is_known_key)
            variables = {**pairs, **variables}
    if chunks:
        yield _flight_root("".join(chunks))
    if fields := _text_areas(html[:MAX_SCRIPTS], is_known_key):
        yield Root("textarea", fields)
    if variables:
        yield Root("script", variables)


def read_value(text: str) -> Any:
    """The value of JSON, or of what is written in its place: in comments, escaped twice, with bare keys. None where it cannot
    be read."""
    text = text.strip()
    if text[:9].upper().startswith(("%7B", "%5B")):
        text = unquote(text)
    if text[:8].startswith(("{&q;", "[{&q;")):
        for sign, meant in _ANGULAR_ESCAPES.items():
            text = text.replace(sign, meant)
    elif '"' not in text[:60] and ("&quot;" in text[:60] or "&#34;" in text[:60]):
        text = entities.unescape(text)
    if text[:1] not in '{["' or not text:
        text = _COMMENT_WRAPPER.sub("", _COMMENT_WRAPPER.sub("", text)).strip().rstrip(";")
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        value = _concatenated_values(text) or _javascript_value(text)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value, strict=False)
        except (ValueError, RecursionError):
            return None
    return _expand_references(value) if isinstance(value, list) else value


def _concatenated_values(text: str) -> list[Any] | None:
    """The values of a text that holds several in a row, with or without commas between them."""
    decoder, position = json.JSONDecoder(strict=False), 0
    values: list[Any] = []
    while position < len(text) and len(values) < _MAX_VALUES:
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        while text[position : position + 1] in (",", ";", " ", "\n", "\r", "\t"):
            position += 1
    return values


def _javascript_value(text: str) -> Any:
    """A JavaScript object or array. None where it contains code."""
    if not text.startswith(("{", "[")) or len(text) > MAX_JAVASCRIPT:
        return None
    from chompjs import parse_js_object  # needed by one page in twenty

    repaired = _EMPTY_DEFAULT.sub("", _CONCATENATION.sub("", _METHOD_CALL.sub("", text))).replace("\\\n", "")
    repaired = _TRAILING_COMMA.sub("", _INVALID_ESCAPE.sub("", _HEX_ESCAPE.sub(r"\\u00\1", repaired)))
    bare = _CALL_ON_STRING.sub(r"\1", repaired)
    plain, lenient = partial(json.loads, strict=False), partial(parse_js_object, loader_kwargs={"strict": False})
    for parse, attempt in ((plain, bare), (lenient, text if bare == repaired else bare), (lenient, repaired)):
        try:
            return parse(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _scripts(html: str) -> Iterator[tuple[str, str, str]]:
    """Type, name and text of each script that may hold state."""
    position = 0
    while opening := _SCRIPT.search(html, position):
        closing = _SCRIPT_END.search(html, opening.end())
        if closing is None:
            return
        position = closing.end()
        attributes, text = opening[1], html[opening.end() : closing.start()]
        found = _TYPE.search(attributes)
        kind = found[1].lower() if found else "text/javascript"
        if len(text) > 20 and "ld+json" not in kind and ("json" in kind or "javascript" in kind or kind == "module"):
            name = _ID.search(attributes)
            yield kind, name[1] if name else "", text


def _closing_position(text: str, start: int) -> int:
    """The position after the bracket that closes the one at `start`, strings skipped; the end of the text where none does."""
    depth = 0
    for token in _BRACKETS.finditer(text, start, start + MAX_JAVASCRIPT):
        sign = token[0]
        if sign in "{[(":
            depth += 1
        elif sign in "}])":
            depth -= 1
            if depth <= 0:
                return token.end()
    return min(len(text), start + MAX_JAVASCRIPT)


def _assigned_values(text: str) -> Iterator[Root]:
    """The objects that a script assigns to variables or calls functions with."""
    decoder = json.JSONDecoder(strict=False)
    position = tries = scanned = 0
    while tries < MAX_LITERALS and scanned < 2 * MAX_JAVASCRIPT and (found := next_assignment(VALUE, text, position)):
        start = found.value
        position, tries, value = start.end(), tries + 1, None
        if start["function"]:
            value, end = _function_value(text, position)
        else:
            try:
                if _BARE_KEY.match(text, position):
                    raise ValueError
                value, end = decoder.raw_decode(text, position)
            except (ValueError, RecursionError):
                end = _end_of_string(text, position) if start["call"] else _closing_position(text, position)
                literal = text[position:end]
                if _ARTICLE_HINT.search(literal):
                    value = _javascript_string(literal) if start["call"] else read_value(literal)
        scanned += end - position
        if isinstance(value, str):
            value = read_value(value)
        if isinstance(value, dict | list):
            position = end
            yield Root(found.key or found.variable, value)


def _end_of_string(text: str, start: int) -> int:
    token = _BRACKETS.match(text, start, start + MAX_JAVASCRIPT)
    return token.end() if token else start + 1


def _javascript_string(literal: str) -> str | None:
    """The value of a JavaScript string in single quotes or backticks."""
    inner = _HEX_ESCAPE.sub(r"\\u00\1", literal[1:-1].replace("\\'", "'").replace("\\`", "`"))
    return json_string(re.sub(r'(?<!\\)"', r"\\u0022", inner))


def _function_value(text: str, position: int) -> tuple[Any, int]:
    """The object that an immediately called function returns, `(function(a,b){return {…}}("x",1))`, with its arguments filled
    in."""
    closing = text.find(")", position, position + _MAX_PARAMETERS)
    body = text.find("{", closing, closing + 9) if closing >= 0 else -1
    if body < 0:
        return None, position
    end = _closing_position(text, body)
    returned = _RETURN.search(text, body, end)
    opening = text.find("(", end, end + 3)
    if returned is None or opening < 0:
        return None, end
    value = read_value(text[returned.end() : _closing_position(text, returned.end())])
    arguments = read_value(f"[{text[opening + 1 : _closing_position(text, opening) - 1]}]")
    names = [name.strip() for name in text[position:closing].split(",")]
    given = dict(zip(names, arguments, strict=False)) if isinstance(arguments, list) else {}
    return _fill_parameters(value, given), end


def _fill_parameters(value: Any, arguments: dict[str, Any], depth: int = 0) -> Any:
    if isinstance(value, str):
        return arguments.get(value, value) if len(value) < 4 else value
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [_fill_parameters(item, arguments, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _fill_parameters(item, arguments, depth + 1) for key, item in value.items()}
    return value


def _pushed_chunks(text: str) -> Iterator[str]:
    """The chunks that a script pushes onto the stream of React Server Components ("flight")."""
    decoder = json.JSONDecoder(strict=False)
    for call in re.finditer(r"\.push\((?=\[)", text):
        try:
            value, _ = decoder.raw_decode(text, call.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            yield value[1]


def _flight_root(stream: str) -> Root:
    """The rows of React's stream by their numbers. The length of a text row is given in bytes."""
    data, position = stream.encode("utf-8", "replace"), 0
    rows: dict[str, Any] = {}
    while row := _FLIGHT_ROW.match(data, position):
        if row[2]:
            position = row.end() + int(row[2], 16)
            rows[row[1].decode()] = data[row.end() : position].decode("utf-8", "replace")
            continue
        end = data.find(b"\n", row.end())
        position = end if end >= 0 else len(data)
        try:
            rows[row[1].decode()] = json.loads(data[row.end() : position], strict=False)
        except (ValueError, RecursionError):
            continue
    return Root("__next_f", rows, rows)


def resolve_reference(value: Any, references: Mapping[str, Any]) -> Any:
    """The value that a reference names; any other value unchanged."""
    for _ in range(4):
        key = None
        if isinstance(value, str):
            match = _REFERENCE.fullmatch(value) if value[:1] == "$" else None
            key = match[1] if match else None
        elif isinstance(value, dict) and len(value) <= 4:
            key = value.get("__ref") or (value.get("id") if "generated" in value else None)
        if not isinstance(key, str) or key not in references:
            return value
        value = references[key]
    return value


def _expand_references(values: list[Any]) -> Any:
    """A value that is written as a list whose items refer to each other by index (Nuxt 3, SvelteKit, React Router)."""
    if len(values) < 3 or not _is_reference_table(values[0]):
        return values
    resolved: dict[int, Any] = {}

    def resolve(index: Any, depth: int) -> Any:
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(values) or depth > _MAX_DEPTH:
            return None
        if index not in resolved:
            resolved[index] = None  # a value that refers to itself ends here
            value = values[index]
            if isinstance(value, dict):
                resolved[index] = {key: resolve(item, depth + 1) for key, item in value.items()}
            elif isinstance(value, list) and value and isinstance(value[0], str):
                inner = value[1] if len(value) > 1 else None
                resolved[index] = inner if isinstance(inner, str) else resolve(inner, depth + 1)
            else:
                resolved[index] = [resolve(item, depth + 1) for item in value] if isinstance(value, list) else value
        return resolved[index]

    return resolve(0, 0)


def _is_reference_table(first: Any) -> bool:
    """Whether the first item of a list holds nothing but indexes of others."""
    if isinstance(first, list) and len(first) == 2 and isinstance(first[0], str):
        return isinstance(first[1], int)
    inner = list(first.values()) if isinstance(first, dict) else []
    return bool(inner) and all(isinstance(number, int) and not isinstance(number, bool) for number in inner)


def _string_variables(text: str, signs: str, is_known_key: Callable[[str], bool]) -> dict[str, str]:
    """The strings and timestamps that a script assigns to variables; the first assignment counts."""
    pairs: dict[str, str] = {}
    text, position = text[:MAX_JAVASCRIPT], 0
    while found := next_assignment(STRING, text, position):
        pair, position = found.value, found.value.end()
        name = found.key or found.variable.rsplit(".", 1)[-1]
        if pair["sign"] in signs and name not in pairs and is_known_key(name):
            value = pair["double"] or pair["single"] or pair["number"]
            pairs[name] = unescape_value(_javascript_string(f'"{value}"') or value)
    return pairs


def json_string(text: str) -> str | None:
    """What a JSON string says, given without its quotes; None where it is none."""
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return None


def unescape_value(text: str) -> str:
    """A string without a second level of escapes: HTML entities, or JSON within a string."""
    if "&" in text and "<" not in text:
        text = entities.unescape(text)
    if text[:1] == text[-1:] == '"' and len(text) > 1:
        return json_string(text[1:-1]) or text[1:-1]
    return text


_FIELD = re.compile(r"<textarea\b([^<>]{0,400})>", re.I)
_FIELD_NAME = re.compile(r"\b(?:class|id|name)=[\"']?([\w-]{1,60})")
JSON = re.compile(r"\s{0,9}\[?\s{0,9}\{\s{0,9}\\?(?:\"|&quot;)")
"""How an object or a list of objects begins."""
_FIELD_END = re.compile("</textarea", re.I)


def _text_areas(html: str, is_known_key: Callable[[str], bool]) -> dict[str, str]:
    """What form fields hold that a site uses as a store of its values, by class, id or name."""
    fields: dict[str, str] = {}
    end = 0
    while (start := _FIELD.search(html, end)) and (closing := _FIELD_END.search(html, start.end())):
        end = closing.start()
        value = html[start.end() : end]
        if (name := _FIELD_NAME.search(start[1])) and (is_known_key(name[1]) or JSON.match(value)):
            fields[name[1]] = entities.unescape(value)
    return fields
