"""The secrets of subscriptions to hubs (`db.store.websub.subscriptions`), derived from one key in a file beside the database.

    key (file, mode 600) + salt of the row ──HMAC──> path of the callback
    key + salt + round                     ──HMAC──> secret that the hub signs with, another one for each request

So no row, export, backup or page of the inspector holds a secret. Without the file, a new key is made, and everything is
subscribed to again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from db.errors import DatabaseNotWritable
from db.system.files_beside import give_to_owner, path_beside

_KEY_BYTES = 32


def key_path(database: Path) -> Path:
    """The file of the key."""
    return path_beside(database, "hubkey")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionKey:
    """The key, and what is derived from it."""

    key: bytes = field(repr=False)

    def path(self, salt: bytes) -> str:
        """The last segment of a callback's address: 43 letters, digits, `-` and `_`."""
        return base64.urlsafe_b64encode(self._derive(b"path", salt)).rstrip(b"=").decode()

    def path_hash(self, salt: bytes) -> bytes:
        """What is stored of the path."""
        return hash_of_path(self.path(salt))

    def secret(self, salt: bytes, number: int) -> str:
        """The secret of one round: 64 hexadecimal digits (WebSub allows up to 199 bytes)."""
        return self._derive(b"secret", salt, str(number).encode()).hex()

    def _derive(self, *parts: bytes) -> bytes:
        return hmac.digest(self.key, b"\0".join(parts), "sha256")


def hash_of_path(path: str) -> bytes:
    """The hash by which a path is looked up."""
    return hashlib.sha256(path.encode()).digest()


def load_key(database: Path) -> SubscriptionKey | None:
    """The key of a database; None where there is none, or what the file holds is no key. Raises DatabaseNotWritable."""
    try:
        key = key_path(database).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(database, error) from error
    return SubscriptionKey(key=key) if len(key) == _KEY_BYTES else None


def load_or_make_key(database: Path) -> SubscriptionKey:
    """The key of a database, made where there is none. Raises DatabaseNotWritable."""
    known = load_key(database)
    if known is not None:
        return known
    key, path = secrets.token_bytes(_KEY_BYTES), key_path(database)
    made = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            give_to_owner(file.fileno(), database)
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        raise _unusable(database, error) from error
    return SubscriptionKey(key=key)


def _unusable(database: Path, error: OSError) -> DatabaseNotWritable:
    return DatabaseNotWritable(
        f"{key_path(database)}: cannot be read or made ({error.strerror}); `websub` needs this file beside the database"
    )
