"""Which headers of a response are stored."""

from __future__ import annotations

NOT_STORED = frozenset({"set-cookie", "connection", "keep-alive", "transfer-encoding", "proxy-connection"})
"""Names in lower case. These headers concern the connection or identify a session."""
