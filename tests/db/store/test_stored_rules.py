"""Site files that break: the last rules that were right hold, only for their own site, and any version can be had again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.config.loader import Config
from db.connection.database import open_database, write
from db.errors import ConfigError
from db.models import Article, Page
from db.site_rules.loader import RuleFile, Sites, load_rules, load_sites, sites_of
from db.sqlite.tools import Database
from db.store.extraction.outcomes import extractor_id
from db.store.sites.site_rules import load_current_rules, rule_mistakes, rules_in_force, save_rules
from pipelines.extraction.extract import extract
from pipelines.extraction.version import extractor_in_force
from pipelines.processing.ingest_settings import plan_ingest


class Room:
    """A folder of rules and a database. `crawl` is what a crawl does with them."""

    def __init__(self, folder: Path, db: Database) -> None:
        self.folder, self.db = folder / "rules", db
        self.folder.mkdir()
        self.config = Config().with_values(db=str(folder / "news.db"), sites=str(self.folder))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def crawl(self) -> Sites:
        sites = load_current_rules(self.config, self.db.conn)
        with write(self.db.conn) as conn:
            extractor_id(conn, extractor_in_force(sites))
        return sites


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    db = open_database(tmp_path / "news.db", create=True)
    yield Room(tmp_path, db)
    db.conn.close()


def sites_of_version(conn: sqlite3.Connection, version: str) -> Sites:
    sql = "SELECT f.name, f.text, f.own FROM rule_sets s JOIN site_rules f ON f.id = s.rule_id WHERE s.version = ?"
    return sites_of(RuleFile(name=name, text=text, own=bool(own)) for name, text, own in conn.execute(sql, (version,)))


def site(host: str, outlet: str = "One") -> str:
    return f'hosts = ["{host}"]\noutlet = "{outlet}"\n'


def outlet(sites: Sites, host: str) -> str | None:
    found = sites.for_host(host)
    return found.outlet if found else None


@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("hosts = [\n", ":1"),
        (site("a.example") + "timezon = 'UTC'\n", ":3"),
        (site("a.example") + "[[fields]]\nfield = 'title'\nxpath = 'first(//p)'\n", ":5"),
        ("", ""),
    ],
)
def test_a_file_that_is_broken_and_mended(room: Room, broken: str, line: str) -> None:
    room.write("a.toml", site("a.example"))
    room.write("b.toml", site("b.example"))
    before = room.crawl()
    room.write("a.toml", broken)
    room.write("b.toml", site("b.example", "Two"))
    for _ in range(2):  # the second is after a restart: nothing is remembered but what the database holds
        sites = room.crawl()
        (mistake,) = sites.mistakes
        assert mistake.message.startswith(f"{room.folder / 'a.toml'}{line}: ")
        assert (mistake.keeps_previous, mistake.affects("www.a.example"), mistake.affects("b.example")) == (
            True,
            True,
            False,
        )
        assert (outlet(sites, "a.example"), outlet(sites, "b.example")) == ("One", "Two")
    # Who has pages read again wants them read by what the file says.
    with pytest.raises(ConfigError, match=r"a\.toml"):
        plan_ingest(room.config)
    room.write("b.toml", site("b.example"))
    assert room.crawl().version == before.version  # a mistake alone makes no stored article stale
    room.write("a.toml", site("a.example", "Mended"))
    sites = room.crawl()
    assert (sites.mistakes, outlet(sites, "a.example")) == ((), "Mended")


def test_a_file_that_never_was_right_leaves_its_site_without_rules(room: Room) -> None:
    room.write("b.toml", site("b.example"))
    room.write("a.example.toml", "hosts = ['a.example']\n[[")
    sites = room.crawl()
    (mistake,) = sites.mistakes
    assert not mistake.keeps_previous
    assert mistake.hosts == ("a.example",)
    assert "nothing in it is used" in mistake.consequence
    assert (outlet(sites, "a.example"), outlet(sites, "b.example")) == (None, "One")


def test_bad_bytes_and_a_file_that_cannot_be_read(room: Room) -> None:
    room.write("a.toml", site("a.example"))
    room.crawl()
    file = room.folder / "a.toml"
    file.write_bytes(b"# \n# \xff\nhosts = ['a.example']\n")
    assert f"{file}:2: is not UTF-8" in room.crawl().mistakes[0].message
    file.write_bytes(site("a.example").encode("utf-16"))
    assert "is not UTF-8" in room.crawl().mistakes[0].message
    file.unlink()
    file.mkdir()
    sites = room.crawl()
    assert "cannot be read" in sites.mistakes[0].message
    assert outlet(sites, "a.example") == "One"
    file.rmdir()
    file.write_bytes(b"\xef\xbb\xbf" + site("a.example").encode())
    assert room.crawl().mistakes == ()


def test_a_folder_that_vanishes_leaves_its_rules_in_force(room: Room) -> None:
    room.write("a.toml", site("a.example"))
    room.write("bjnews.com.cn.toml", site("bjnews.com.cn", "Own"))  # in place of a shipped one
    before = room.crawl()
    gone = room.folder.rename(room.folder.with_name("elsewhere"))
    sites = room.crawl()
    (mistake,) = sites.mistakes
    assert mistake.message == f"{room.folder}: there is no such folder of site rules"
    assert mistake.keeps_previous
    assert mistake.affects("a.example")
    assert (sites.version, outlet(sites, "bjnews.com.cn")) == (before.version, "Own")
    gone.rename(room.folder)
    (room.folder / "a.toml").unlink()  # that is meant
    sites = room.crawl()
    assert (sites.mistakes, outlet(sites, "a.example")) == ((), None)


def test_a_folder_that_never_was_there_is_a_mistake_of_the_settings(room: Room) -> None:
    config = room.config.with_values(sites=str(room.folder / "none"))
    with pytest.raises(ConfigError, match="no such folder"):
        load_current_rules(config, room.db.conn)
    (mistake,) = rule_mistakes(config, room.db.conn)
    assert "no such folder" in mistake.message
    assert mistake.affects("any.example")


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(room: Room) -> None:
    room.write("a.toml", site("a.example"))
    room.crawl()
    room.folder.rename(room.folder.with_name("elsewhere"))
    room.folder.symlink_to(
        room.folder
    )  # leads round and round; a folder without permission fails alike, but not for root
    sites = room.crawl()
    assert "cannot be read" in sites.mistakes[0].message
    assert outlet(sites, "a.example") == "One"


def test_the_file_that_claimed_a_host_first_keeps_it(room: Room) -> None:
    room.write("m.toml", site("m.example"))
    room.write("z.toml", site("z.example"))
    room.crawl()
    # A new file, first by name, claims a host of one that was there: the newcomer is wrong.
    room.write("a.toml", site("z.example", "New"))
    # One that was there claims the host of another: it goes on as it was.
    room.write("m.toml", '\nhosts = ["z.example"]')
    sites = room.crawl()
    assert [(Path(wrong.path).name, wrong.keeps_previous) for wrong in sites.mistakes] == [
        ("a.toml", False),
        ("m.toml", True),
    ]
    assert sites.mistakes[1].message == (
        f"{room.folder / 'm.toml'}:2: hosts: z.example is already claimed by {room.folder / 'z.toml'}"
    )
    assert (outlet(sites, "z.example"), outlet(sites, "m.example")) == ("One", "One")
    (room.folder / "z.toml").unlink()
    room.write("m.toml", site("m.example"))
    sites = room.crawl()
    assert (sites.mistakes, outlet(sites, "z.example")) == ((), "New")


def test_the_rules_of_every_version_can_be_had_again(room: Room) -> None:
    rule = "[[fields]]\nfield = 'section'\nregex = 'class=([a-z]+)'\n"
    body = f"<html><h1 class=coast id=x>Ferry</h1><p>{'The ferry sails again. ' * 20}</p></html>".encode()
    page = Page(body=body, url="https://a.example/ferry")
    seen: dict[str, str | None] = {}
    for text in (
        site("a.example"),
        site("a.example") + rule,
        site("a.example") + rule.replace("class", "id"),
        site("a.example"),
    ):
        room.write("a.toml", text)
        sites = room.crawl()
        outcome = extract(page, sites)
        assert isinstance(outcome, Article)
        assert seen.setdefault(sites.version, outcome.section) == outcome.section
    assert sorted(map(str, seen.values())) == ["None", "coast", "x"]
    (room.folder / "a.toml").unlink()
    versions = {row[0] for row in room.db.conn.execute("SELECT rules FROM extractors")}
    assert versions == set(seen)
    for version, section in seen.items():
        sites = sites_of_version(room.db.conn, version)
        assert sites.version == version
        outcome = extract(page, sites)
        assert isinstance(outcome, Article)
        assert outcome.section == section


def test_what_is_kept_is_kept_once(room: Room) -> None:
    room.write("a.toml", site("a.example"))
    room.write("b.toml", site("b.example"))
    sites = load_sites(room.folder)
    with write(room.db.conn) as conn:
        for _ in range(3):
            save_rules(conn, sites.version, sites.files)
        room.write("b.toml", site("b.example", "Two"))
        sites = load_rules([room.folder])
        save_rules(conn, sites.version, sites.files)
    assert room.db.conn.execute("SELECT count(*) FROM site_rules").fetchone() == (3,)
    assert room.db.conn.execute("SELECT count(*) FROM rule_sets").fetchone() == (4,)
    assert [file.name for file in rules_in_force(room.db.conn)] == ["a.toml", "b.toml"]
