"""Files beside a database: whoever may write it may write them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from db.errors import MachineError
from db.store.websub.subscription_keys import key_path, load_or_make_key
from db.system.files_beside import WorkLock, open_beside, path_beside
from tests.support.machine import needs_root, tmpfs

NOBODY = 65534


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "news.db"
    path.touch()
    return path


def test_a_file_is_made_with_the_permissions_of_the_database(database: Path) -> None:
    """Whatever the umask is, two users of a group that share a database share its locks."""
    database.chmod(0o664)
    before = os.umask(0o077)
    try:
        os.close(open_beside(database, "lock"))
    finally:
        os.umask(before)
    assert path_beside(database, "lock").stat().st_mode & 0o777 == 0o664


def test_the_owner_can_open_it_even_if_the_database_is_read_only_for_now(database: Path) -> None:
    database.chmod(0o444)
    os.close(open_beside(database, "lock"))
    assert path_beside(database, "lock").stat().st_mode & 0o777 == 0o644


@needs_root
def test_what_root_makes_belongs_to_the_owner_of_the_database(database: Path) -> None:
    os.chown(database, NOBODY, NOBODY)
    lock = WorkLock(database, "lock")
    assert lock.acquire()
    lock.release()
    os.close(open_beside(database, "pace"))
    load_or_make_key(database)
    for made in (path_beside(database, "lock"), path_beside(database, "pace"), key_path(database)):
        assert (made.stat().st_uid, made.stat().st_gid) == (NOBODY, NOBODY), made
    assert key_path(database).stat().st_mode & 0o777 == 0o600


def test_there_is_one_file_by_whatever_link_the_database_is_named(database: Path) -> None:
    link = database.with_name("link.db")
    link.symlink_to(database)
    first, second = WorkLock(database, "lock"), WorkLock(link, "lock")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert key_path(link) == key_path(database)


def test_it_is_held_until_its_block_ends_and_left_alone_by_who_does_not_get_it(database: Path) -> None:
    first, second, third = (WorkLock(database, "lock") for _ in range(3))
    with first.attempt() as held:
        with second.attempt() as another:
            assert (held, another) == (True, False)
        assert not third.acquire()
    assert third.acquire()


def test_a_disk_on_which_no_file_can_be_made_is_named(tmp_path: Path) -> None:
    with tmpfs(tmp_path, "64k,nr_inodes=3") as disk:
        (disk / "news.db").touch()
        (disk / "other").touch()
        with pytest.raises(MachineError, match=r"news\.db\.lock: no space left on device; free some space"):
            WorkLock(disk / "news.db", "lock").acquire()
