"""The network side of sending: one thread with an event loop, which touches no database."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from riskscore.webhooks import posting
from riskscore.webhooks.posting import Reply
from riskscore.webhooks.receiver import Receiver

#: Messages that one process has under way at a time.
AT_ONCE = 32


class Courier:
    """Posts messages at the same time, so that a slow receiver holds nobody else up."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # Names are looked up in threads, since the system's own way to do so waits.
        self._loop.set_default_executor(ThreadPoolExecutor(2 * AT_ONCE, "webhook-names"))
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="webhook-posts", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> "Future[Reply]":
        """Begin to hand a message over; its reply comes within posting.TIMEOUT_S and a little."""
        return asyncio.run_coroutine_threadsafe(posting.post(receiver, headers, body), self._loop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
