"""README and docs/ say what is so: settings, commands, links, examples, queries."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from cli.commands.extraction.extract import ExtractGroup
from cli.main import copydesk
from crawler.http.record import FAILURES
from db.config.loader import load_config, toml_value
from db.config.searches import SEARCH_KEYS
from db.config.settings import DECLARED
from db.connection.database import open_database
from db.models import Article, Reason
from db.schema.describe import schema_markdown
from db.schema.views import VIEWS
from db.site_rules.loader import load_site
from tests.support.documents import FENCE, ROOT, blocks, text_of

README = ROOT / "README.md"
README_ZH = ROOT / "README.zh-CN.md"
SETTINGS = ROOT / "docs" / "settings.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = (README, README_ZH, *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "changes/README")), *DOCS)
# Named in the README as not there yet. When one is there, this line and the README are to be changed.
NOT_YET: set[str] = set()
MOST_LINES = 395

_FILE = re.compile(r"`([a-z_]+/[\w./]*(?<!xx)\.(?:py|toml))`")
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_PROGRAM = re.compile(r"(?:^|[\s;&=])(?:[\w./-]*/)?copydesk(?=\s|$)")
_STOPS = re.compile(r"\s(?:>|\||&&|#)(?:\s|$)")


def command_lines(page: Path) -> Iterator[list[str]]:
    """Every call of copydesk in code: blocks (what a console printed left out) and code spans; its words after the name."""
    text = text_of(page)
    lines = [line[2:] for body in blocks(page, "console") for line in body.splitlines() if line.startswith("$ ")]
    lines += [line for name, body in FENCE.findall(text) if name in ("", "ini") for line in body.splitlines()]
    lines += [span for span in _CODE_SPAN.findall(FENCE.sub("", text)) if span.startswith("copydesk ")]
    for line in lines:
        if (found := _PROGRAM.search(line)) is not None:
            yield shlex.split(_STOPS.split(line[found.end() :])[0])


def resolve(words: list[str]) -> tuple[str, click.Command | None, list[str]]:
    """The command that words name, its path, and what options they give. The command is None where there is none."""
    command: click.Command = copydesk
    path: list[str] = []
    options: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith("-") and word != "-":
            options.append(word.partition("=")[0])
            parameter = next((p for p in command.params if options[-1] in p.opts), None)
            if isinstance(parameter, click.Option) and not parameter.is_flag and "=" not in word:
                next(rest, None)
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            if found is None and isinstance(command, ExtractGroup):  # a page
                command = command.pages
                continue
            path.append(word)
            if found is None:
                return " ".join(path), None, options
            unknown = [one for one in options if not accepts(command, one)]
            assert not unknown, f"copydesk {' '.join(path[:-1])} has no {unknown[0]}"
            command, options = found, []
    return " ".join(path), command, options


def accepts(command: click.Command, option: str) -> bool:
    """Whether a command has an option."""
    return any(option in parameter.opts for parameter in command.get_params(click.Context(command)))


def all_commands(group: click.Group, above: str = "") -> Iterator[str]:
    """The paths of all commands that are no group."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        path = f"{above} {name}".strip()
        if isinstance(command, click.Group):
            yield from all_commands(command, path)
        else:
            yield path


def settings_table() -> list[str]:
    """The rows of the table of settings as the declarations have them."""
    return [
        f"| `{setting.name}` | `{toml_value(setting.default)}` | {'yes' if setting.per_source else ''}"
        f" | {setting.help} |"
        for setting in DECLARED
    ]


def first_cells(text: str, header: str) -> list[str]:
    """The code in the first column of the table under a header row that begins with `header`."""
    table = text[text.index(f"| {header} |") :].split("\n\n", 1)[0]
    return [match for line in table.splitlines()[2:] for match in re.findall(r"^\| `(\w+)` \|", line)]


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_settings_table_is_the_declarations() -> None:
    text = text_of(SETTINGS)
    start = text.index("| Setting | Default | Per source | What it does |")
    shown = text[start:].split("\n\n", 1)[0].splitlines()[2:]
    wanted = settings_table()
    assert shown == wanted, "the table must read:\n" + "\n".join(wanted)


def test_table_of_saved_searches_is_the_declarations() -> None:
    text = text_of(ROOT / "docs" / "search.md")
    shown = text[text.index("| Key | Default | What it does |") :].split("\n\n", 1)[0].splitlines()[2:]
    wanted = [f"| `{key.name}` | `{toml_value(key.default)}` | {key.help} |" for key in SEARCH_KEYS]
    assert shown == wanted, "the table must read:\n" + "\n".join(wanted)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    for words in command_lines(page):
        path, command, options = resolve(words)
        if path in NOT_YET:
            assert command is None, f"`copydesk {path}` is there now: {page.name} says that it is not"
            continue
        assert command is not None, f"{page.name}: there is no `copydesk {path}`"
        for option in options:
            assert accepts(command, option), f"{page.name}: `copydesk {path}` has no {option}"


def test_every_command_is_in_the_readme() -> None:
    named = {resolve(words)[0] for words in command_lines(README)}
    assert not (missing := sorted(set(all_commands(copydesk)) - named)), f"the README does not name {missing}"


def test_options_of_the_command_table_exist() -> None:
    rows = re.findall(r"^\| `copydesk ([^`]+)` \| (.+) \|$", text_of(README), re.MULTILINE)
    assert len(rows) >= len(copydesk.list_commands(click.Context(copydesk)))
    for usage, help_text in rows:
        path, command, _ = resolve(shlex.split(usage))
        assert command is not None, path
        for span in _CODE_SPAN.findall(help_text):
            if span.startswith("-"):
                assert accepts(command, span.split()[0]), f"`copydesk {path}` has no {span}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_section_breaks_off(page: Path) -> None:
    """A line that announces something is not followed by the next heading."""
    for last, heading in re.findall(r"^(.+)\n+(#+ .+)$", FENCE.sub("…\n", text_of(page)), re.MULTILINE):
        assert not last.endswith((":", ",")), f"{page.name}: {last!r} is followed by {heading!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    for target in _LINK.findall(FENCE.sub("", text_of(page))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(linked)), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{page.name}: {target}"


@pytest.mark.parametrize("page", [README, README_ZH, *DOCS], ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    """By their path from the root, or from the extraction."""
    for path in _FILE.findall(FENCE.sub("", text_of(page))):
        assert any((folder / path).exists() for folder in (ROOT, ROOT / "pipelines" / "extraction")), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_blocks_load(page: Path, tmp_path: Path) -> None:
    for number, body in enumerate(blocks(page, "toml")):
        name = body.splitlines()[0].removeprefix("# ").strip()
        file = tmp_path / str(number) / Path(name).name
        file.parent.mkdir()
        file.write_text(body, encoding="utf-8")
        if file.name == "copydesk.toml":
            config = load_config(file)
            assert config.given or config.searches
        else:
            site = load_site(file)
            assert site.hosts, name


def test_readme_shows_a_whole_site_rule() -> None:
    assert any("[[lists]]" in body and "[[fields]]" in body for body in blocks(README, "toml"))
    assert any('[sources."' in body for body in blocks(README, "toml"))


def test_queries_run(tmp_path: Path) -> None:
    queries = [
        query for page in ("schema", "archives", "search") for query in blocks(ROOT / "docs" / f"{page}.md", "sql")
    ]
    assert len(queries) >= 12
    db = open_database(tmp_path / "fresh.db", create=True)
    try:
        for query in queries:
            assert db.conn.execute(query).description, query
    finally:
        db.conn.close()


def test_schema_names_every_table_and_view(tmp_path: Path) -> None:
    text = text_of(ROOT / "docs" / "schema.md")
    db = open_database(tmp_path / "fresh.db", create=True)
    try:
        listed = db.conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type != 'shadow'")
        names = [name for (name,) in listed if not name.startswith(("_", "sqlite_"))]
    finally:
        db.conn.close()
    assert "search_index" in names
    assert not [name for name in names if f"`{name}`" not in text]


def test_schema_is_as_the_database_has_it(tmp_path: Path) -> None:
    """To make it anew: `copydesk schema`, between the two comments."""
    text = text_of(ROOT / "docs" / "schema.md")
    made = text.partition("<!-- made by `copydesk schema` -->\n")[2].partition("<!-- until here -->")[0]
    db = open_database(tmp_path / "fresh.db", create=True)
    try:
        assert made == schema_markdown(db.conn)
        for view in VIEWS:
            assert [row[1] for row in db.conn.execute(f"PRAGMA table_info({view.name})")] == [
                c[0] for c in view.columns
            ]
            assert all(says for _, _, says in view.columns)
    finally:
        db.conn.close()


def test_names_of_failures_reasons_and_fields_are_all_explained() -> None:
    docs = ROOT / "docs"
    assert set(first_cells(text_of(docs / "fetching.md"), "Name")) == {name for _, name in FAILURES}
    assert set(first_cells(text_of(docs / "schema.md"), "Reason")) == {reason.value for reason in Reason}
    assert first_cells(text_of(docs / "fields.md"), "Field") == [
        *dict.fromkeys(
            ["url", "canonical_url", "title", "subtitle", "text", *(field.name for field in fields(Article))]
        )
    ]


def test_readme_is_short() -> None:
    assert len(text_of(README).splitlines()) <= MOST_LINES


def test_the_chinese_readme_says_the_same() -> None:
    """Blocks (apart from their comments), commands, options, settings and links, in the same order; each links to the other."""
    english, chinese = text_of(README), text_of(README_ZH)
    assert [_without_comments(*block) for block in FENCE.findall(chinese)] == [
        _without_comments(*block) for block in FENCE.findall(english)
    ], "README.zh-CN.md: copy what changed in the blocks of README.md (consoles: `make tour`)"
    assert headings(chinese) == headings(english)
    prose, zh_prose = FENCE.sub("", english), FENCE.sub("", chinese)
    rows = re.compile(r"^\| (`copydesk [^|]*(?:\\\|[^|]*)*`) \| (.*) \|$", re.MULTILINE)
    for (command, says), (zh_command, zh_says) in zip(rows.findall(prose), rows.findall(zh_prose), strict=True):
        assert zh_command == command
        assert sorted(_CODE_SPAN.findall(zh_says)) == sorted(_CODE_SPAN.findall(says)), command
    own = {README.name, README_ZH.name}
    assert [link for link in _LINK.findall(zh_prose) if link not in own] == [
        link for link in _LINK.findall(prose) if link not in own
    ]
    assert f"]({README_ZH.name})" in "".join(english.splitlines()[:4])
    assert f"]({README.name})" in "".join(chinese.splitlines()[:4])


def _without_comments(language: str, body: str) -> tuple[str, str]:
    return language, body if language == "console" else re.sub(r"\s*#.*$", "", body, flags=re.MULTILINE)


def headings(text: str) -> list[int]:
    """The levels of a page's headings."""
    return [len(level) for level in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]
