"""A real receiver on loopback: it keeps what it was sent, and answers what a test wants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """Where it listens, what it was sent, and how it answers next."""

    address: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thank you"
    answer: Answer | None = None

    @property
    def url(self) -> str:
        """Its address for a webhook."""
        return f"http://{self.address}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of the messages that it was sent."""
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def receiving(settings: Any) -> Iterator[Receiver]:
    """A receiver that webhooks may be at while it listens: the setting names its address."""
    receiver = Receiver()

    class Told(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append((sent, self.rfile.read(length)))
            if receiver.answer is not None:
                receiver.answer(self)
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    receiver.address = f"127.0.0.1:{server.server_port}"
    settings.WEBHOOK_DEVELOPMENT = [receiver.address]
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
