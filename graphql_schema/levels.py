"""Read what the fields of one level of an answer ask together, and only once.

Takes what is asked, under the name of what reads it; gives what that brings, by one call for all that is asked before
any of it is awaited. Decides nothing, and knows nothing of entities.
"""

from asyncio import Future, ensure_future, shield
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from strawberry.dataloader import DataLoader

Read = Callable[[list[Any]], Awaitable[list[Any]]]
"""Reads for several at once: gives, or has in its place as an exception, what each asked for, in their order."""


class Levels:
    """The loaders of one operation; each reads for ``most`` at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}
        self._coming: list[Future[Any]] = []

    async def load(self, name: Hashable, asked: Hashable, read: Read) -> Any:  # noqa: ANN401
        """What ``read``, or whatever reads under this ``name`` already, brings for what is asked.

        Fields that ask the same wait for one future; one of them that is given up leaves it to the others.
        """
        if name not in self._loaders:
            self._loaders[name] = DataLoader(load_fn=read, max_batch_size=self._most)
        coming = ensure_future(self._loaders[name].load(asked))
        self._coming.append(coming)
        return await shield(coming)

    def close(self) -> None:
        """Give up what is still coming, and let go of what has come: loaders and what they read for hold each other."""
        for future in self._coming:
            future.cancel()
        self._coming.clear()
        self._loaders.clear()
