"""A line to a server that can be cut, held, slowed, cut at a word, and mended: a TCP proxy of our own, for what happens when
a machine is away."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """What comes in on `port` goes to the target, as long as the line is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._ends: set[socket.socket] = set()
        self._is_whole = True
        self._flows = threading.Event()
        self._flows.set()
        self._cut_at: tuple[bytes, bool] | None = None
        self.joined = 0
        self.pause_seconds = 0.0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Every connection breaks, and no new one comes about."""
        self._is_whole = False
        for end in list(self._ends):
            self._close(end)

    def hold(self) -> None:
        """Nothing passes any more, and nobody is told: connections stand, new ones too, and no word comes through."""
        self._flows.clear()

    def cut_at(self, words: bytes, *, lets_through: bool) -> None:
        """Once: the connection that says `words` to the target breaks there, before they passed or after, and whatever the
        target answers is not heard."""
        self._cut_at = (words, lets_through)

    @property
    def is_to_be_cut(self) -> bool:
        """Whether the words of `cut_at` have not come yet."""
        return self._cut_at is not None

    def mend(self) -> None:
        """New connections come about again, and what was held passes."""
        self._is_whole = True
        self._flows.set()

    def close(self) -> None:
        """The end of it."""
        self.cut()
        self._flows.set()
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._door.accept()
                try:
                    far = socket.create_connection(self._target) if self._is_whole else None
                except OSError:
                    far = None
                if far is None:
                    near.close()
                else:
                    self._join(near, far)

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        self._ends |= {near, far}
        self.joined += 1
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=self._pass_on, args=(source, sink, source is near), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_to_target: bool) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                self._flows.wait()
                time.sleep(self.pause_seconds)
                if is_to_target and self._cut_at is not None and self._cut_at[0] in content:
                    lets_through, self._cut_at = self._cut_at[1], None
                    self._close(source)
                    if lets_through:
                        sink.sendall(content)
                        sink.shutdown(socket.SHUT_WR)
                        while sink.recv(65536):
                            pass
                    break
                sink.sendall(content)
        for end in (source, sink):
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self._ends.discard(end)
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def line_to(host: str, port: int) -> Iterator[Line]:
    """A line to a server on this machine."""
    line = Line(host, port)
    yield line
    line.close()
