"""Closing an asyncio server without leaving a connection open."""

from __future__ import annotations

import asyncio

# Steps of the event loop from accepting a connection to the call of `client_connected_cb`: CPython takes 3.
_ACCEPTING_STEPS = 4


async def stop_accepting(server: asyncio.Server) -> None:
    """Close a server's sockets. Every connection that it has accepted has reached `client_connected_cb` by then.

    `Server.close` alone leaves one open that is just being accepted: it fails an assertion in Python 3.11, nobody
    closes it, and its client waits for ever.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(_ACCEPTING_STEPS):
        await asyncio.sleep(0)
    server.close()
