"""What the health server does with clients that do not wait."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path

import pytest

from db.config.values import ListenAddress
from scheduler.health_server import HealthServer
from scheduler.metrics import Metrics
from tests.end_to_end.copydesk import wait_for


def test_a_client_that_leaves_before_its_answer_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone, asked = threading.Event(), threading.Event()

    def health() -> tuple[bool, dict[str, object]]:
        asked.set()
        gone.wait(30)
        return True, {"status": "ok"}

    server = HealthServer(ListenAddress(host="127.0.0.1", port=0), Metrics(tmp_path / "none.db"), health)
    try:
        client = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets the connection
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asked.wait(30)
        client.close()
        gone.set()
        wait_for(lambda: not any("process_request_thread" in thread.name for thread in threading.enumerate()))
    finally:
        server.close()
    assert capsys.readouterr().err == ""
