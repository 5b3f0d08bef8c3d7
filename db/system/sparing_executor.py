"""A pool of threads that does not need more of them than the machine gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor


class SparingExecutor(ThreadPoolExecutor):
    """Has a thread from the beginning, and goes on with those it has where no other can be started.

    ThreadPoolExecutor starts its first thread with its first task. Where the limit of threads is reached by then, a crawl could not
    even be closed, since threads are waited for on other threads. Raises RuntimeError where the first thread cannot be started.
    """

    def __init__(self, max_workers: int, thread_name_prefix: str) -> None:
        super().__init__(max_workers, thread_name_prefix)
        self.submit(int).result()

    def _adjust_thread_count(self) -> None:
        try:
            super()._adjust_thread_count()
        except RuntimeError:
            if not self._threads:
                raise
