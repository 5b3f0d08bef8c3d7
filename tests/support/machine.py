"""A machine that fails, by the real thing: small disks, disks that cannot be written. Only root can mount; others skip."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest


def _keeps_attributes() -> bool:
    """Whether the file system of temporary files keeps attributes."""
    with tempfile.NamedTemporaryFile() as probe:
        try:
            os.setxattr(probe.name, "user.copydesk.test", b"1")
        except (OSError, AttributeError):
            return False
    return True


needs_attributes = pytest.mark.skipif(not _keeps_attributes(), reason="the file system keeps no attributes")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@cache
def _may_mount() -> bool:
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return os.geteuid() == 0 and tried.returncode == 0


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size (as `mount` takes it), mounted below `folder`."""
    disk = folder / "disk"
    disk.mkdir()
    with _mounted(disk, ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]):
        yield disk


@contextmanager
def ext4(folder: Path, *options: str) -> Iterator[Path]:
    """A disk of 8 MB with that file system, made with these options of mkfs.ext4, mounted below `folder`."""
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("there is no mkfs.ext4")
    image, disk = folder / "image", folder / "disk"
    disk.mkdir()
    with image.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", *options, str(image)], check=True)
    with _mounted(disk, ["mount", "-o", "loop", str(image), str(disk)]):
        yield disk


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` as a disk that cannot be written."""
    with _mounted(folder, ["mount", "--bind", str(folder), str(folder)]):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield


def fill(disk: Path) -> Path:
    """Write until nothing more fits; the file that takes the room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            for size in (1 << 16, 512):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue
        except OSError:
            pass
    return filler


@contextmanager
def _mounted(folder: Path, command: list[str]) -> Iterator[None]:
    if not _may_mount():
        pytest.skip("only root can mount")
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
