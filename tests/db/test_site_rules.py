"""Site files: what the TOML says comes out, and every mistake is named with file, line and key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from db.errors import ConfigError
from db.site_rules.loader import FieldRule, JsonList, RemoveRule, load_sites, shipped_sites_folder

WHOLE = r"""
hosts = ["Example-Daily.example", "example.net"]
outlet = "Example Daily"
language = "en"
timezone = "Europe/London"

[articles]
include = ['/story/\d+']
exclude = ['/live/']

[[lists]]
url = "https://example-daily.example/api?page={page}"
first_page = 0
pages = 2
items = "data.list"
link = "https://example-daily.example/story/{uuid}.html"
title = "row.title"

[[lists]]
url = "https://example-daily.example/api/latest"
link = "{url}"

[[fields]]
field = "title"
css = "h1.headline"
until = 2024-03-01

[[fields]]
field = "authors"
xpath = "//a[@rel='author']"
attribute = "title"

[[remove]]
css = "div.letter"
until = 2024-03-01

[[remove]]
line = "Support  the Daily."

[[remove]]
line_regex = 'Photo: \w+'
"""


def write(folder: Path, text: str, name: str = "daily.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_whole_file(tmp_path: Path) -> None:
    sites = load_sites(write(tmp_path, WHOLE))
    site = sites.for_host("www.example-daily.example")
    assert site is not None
    assert site is sites.for_host("example.net")
    assert sites.for_host("example.org") is None
    assert (site.name, site.outlet, site.language, site.timezone) == ("daily", "Example Daily", "en", "Europe/London")
    assert (site.include, site.exclude) == ((r"/story/\d+",), ("/live/",))
    assert site.lists[0].first_page == 0
    assert site.lists[1] == JsonList(url="https://example-daily.example/api/latest", link="{url}")
    assert site.fields == (
        FieldRule(field="title", css="h1.headline", until=date(2024, 3, 1)),
        FieldRule(field="authors", xpath="//a[@rel='author']", attribute="title"),
    )
    assert site.remove == (
        RemoveRule(css="div.letter", until=date(2024, 3, 1)),
        RemoveRule(line="Support the Daily."),
        RemoveRule(line_regex=r"Photo: \w+"),
    )


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    one = load_sites(write(tmp_path / "one", WHOLE))
    same = load_sites(write(tmp_path / "two", WHOLE + "\n# a remark\n"))
    other = load_sites(write(tmp_path / "three", WHOLE.replace("h1.headline", "h1.title")))
    assert one.version == same.version != other.version
    removed = load_sites(write(tmp_path / "four", WHOLE.replace("Photo", "Picture")))
    assert len({one.version, other.version, removed.version}) == 3
    assert load_sites().version == "none"


def test_the_version_of_rules_without_removals_is_the_one_of_before(tmp_path: Path) -> None:
    """Pages of everybody who has rules would be stale otherwise."""
    text = WHOLE[: WHOLE.index("[[remove]]")]
    assert load_sites(write(tmp_path / "one", text)).version == "256c944b6591"


def test_a_users_file_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", 'hosts = ["a.example"]\noutlet = "Shipped"')
    write(shipped, 'hosts = ["b.example"]', "b.toml")
    own = write(tmp_path / "own", 'hosts = ["a.example"]\noutlet = "Own"')
    sites = load_sites(shipped, own)
    assert [(host, site.outlet) for host, site in sorted(sites.by_host.items())] == [
        ("a.example", "Own"),
        ("b.example", None),
    ]


def test_shipped_rules_load() -> None:
    sites = load_sites(shipped_sites_folder())
    beijing_news = sites.for_host("www.bjnews.com.cn")
    assert beijing_news is not None
    assert beijing_news.timezone == "Asia/Shanghai"
    assert beijing_news.lists


MISTAKES = [
    ('hosts = ["a.example"', ":1", "not valid TOML"),
    ('hosts = ["a.example"]\n\n= 3', ":3", "not valid TOML"),
    ("a = " + "[" * 5000, "", "not valid TOML"),
    ('hosts = ["a.example"]\n[articles]\ninclude = ["x{99999999999}"]', ":3", "is not a regular expression"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\ncss = "h1::text"', ":4", "not a CSS selector"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\nxpath = "x:h1"', ":4", "not an XPath expression"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\nxpath = "first(//h1)"', ":4", "not an XPath expression"),
    (
        'hosts = ["a.example"]\n[[fields]]\nfield = "title"\nvalue = "x"\nattribute = "y"',
        ":5",
        "attribute goes with css or xpath, not with value",
    ),
    (
        'hosts = ["a.example"]\n[[fields]]\nfield = "title"\npages = ["x"]',
        ":3",
        "has none: give one of css, xpath, regex, value",
    ),
    ('hosts = ["a.example"]\n[[remove]]\ncss = "p["', ":3", "css: 'p[' is not a CSS selector"),
    (
        'hosts = ["a.example"]\n[[remove]]\ncss = "p"\n\nline = "x"',
        ":5",
        "number 1 has css and line: give one of css, xpath",
    ),
    ('hosts = ["a.example"]\n[[remove]]\nuntil = 2024-03-01', ":2", "number 1 has none: give one of css, xpath, line"),
    ('hosts = ["a.example"]\n[[remove]]\nlines = "x"', ":3", "unknown key lines in [remove]; did you mean line?"),
    ('hosts = ["a.example"]\n[[remove]]\nline = "x\\ny"', ":3", "line: must be one line"),
    ('hosts = ["a.example"]\n[[remove]]\nline_regex = "("', ":3", "line_regex: '(' is not a regular expression"),
    ('hosts = ["a.example"]\nremove = ["p"]', ":2", "remove must be tables, written as [[remove]]"),
    ("", "", "must set hosts"),
    ("outlet = 3\n", ":1", "outlet: must be a text"),
    ('hosts = "a.example"', ":1", "hosts: must be a list"),
    ('hosts = ["https://a.example/"]', ":1", "is not a host"),
    ('hosts = ["a.example"]\ntimezon = "UTC"', ":2", "unknown key timezon; did you mean timezone?"),
    ('hosts = ["a.example"]\ntimezone = "Mars/Olympus"', ":2", "not a time zone"),
    ('hosts = ["a.example"]\nlanguage = "English!"', ":2", "not a language tag"),
    ('hosts = ["a.example"]\n[article]\ninclude = ["x"]', ":2", "unknown key article; did you mean articles?"),
    ('hosts = ["a.example"]\n[articles]\ninclude = ["("]', ":3", "include: '(' is not a regular expression"),
    (
        'hosts = ["a.example"]\n[articles]\nincludes = ["x"]',
        ":3",
        "unknown key includes in [articles]; did you mean include?",
    ),
    ('hosts = ["a.example"]\nlists = 3', ":2", "lists must be tables"),
    ('hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"', ":2", "must set link"),
    ('hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nlink = "x"', ":4", "no place"),
    ('hosts = ["a.example"]\n[[lists]]\nurl = "a.example/"\nlink = "{u}"', ":3", "not an http address"),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nlink = "{u}"\npages = 2',
        ":5",
        "no {page} to count",
    ),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/{page}"\nlink = "{u}"\npages = "2"',
        ":5",
        "pages: must be a whole number",
    ),
    ('hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/{pag}"\nlink = "{u}"', ":3", "{pag} is not counted"),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nitem = "li"\nitems = "data"',
        ":4",
        "give one of them",
    ),
    ('hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nitem = "li["', ":4", "item: 'li[' is not a CSS"),
    ('hosts = ["a.example"]\n[[lists]]\nitem = "li"', ":2", "must set url"),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nitem = "li"\npublised = "time"',
        ":5",
        "did you mean published?",
    ),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nitem = "li"\nlink = { cs = "a" }',
        ":5",
        "link: unknown key cs; did you mean css?",
    ),
    (
        'hosts = ["a.example"]\n[[lists]]\nurl = "https://a.example/"\nitem = "li"\npages = 3',
        ":5",
        "next follows links",
    ),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "titel"\ncss = "h1"', ":3", "did you mean title?"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"', ":3", "has none"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\ncss = "h1"\nregex = "x"', ":3", "has css and regex"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\ncss = "h1["', ":4", "not a CSS selector"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\nxpath = "//["', ":4", "not an XPath expression"),
    ('hosts = ["a.example"]\n[[fields]]\nfield = "title"\nregex = "x"\nattribute = "y"', ":5", "not with regex"),
    (
        'hosts = ["a.example"]\n[[fields]]\nfield = "title"\ncss = "h1"\nuntil = "2024-03-01"',
        ":5",
        "until: must be a day",
    ),
    (
        'hosts = ["a.example"]\n[[fields]]\nfield = "title"\ncss = "h1"\n[[fields]]\nfield = "title"\ncss = "h1["',
        ":7",
        "CSS",
    ),
]


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, text: str, line: str, message: str) -> None:
    folder = write(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load_sites(folder)
    assert str(raised.value).startswith(f"{folder / 'daily.toml'}{line}: ")
    assert message in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_folder_that_is_not_there_and_a_file_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_sites(tmp_path / "none")
    (tmp_path / "x.toml").write_bytes(b'hosts = ["\xff"]')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_sites(tmp_path)


def test_a_host_belongs_to_one_file(tmp_path: Path) -> None:
    write(tmp_path, 'hosts = ["a.example"]', "one.toml")
    write(tmp_path, 'hosts = ["a.example"]', "two.toml")
    with pytest.raises(ConfigError, match=r"already claimed by .*one\.toml"):
        load_sites(tmp_path)
