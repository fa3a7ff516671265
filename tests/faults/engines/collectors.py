"""Collectors of traces and metrics that are no help: nobody there, one that never answers, one that refuses."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

NOWHERE = "http://127.0.0.1:1"


@contextmanager
def away() -> Iterator[str]:
    """Nobody listens."""
    yield NOWHERE


@contextmanager
def silent() -> Iterator[str]:
    """Connections are taken, and nothing is ever answered."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=500)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


class _Refusing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(503)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def refusing() -> Iterator[str]:
    """Whatever is sent is answered 503."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


COLLECTORS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "away": away,
    "silent": silent,
    "refusing": refusing,
}
