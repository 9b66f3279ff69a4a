"""Open a source that is read by asking it.

Takes how it is set, as a struct tagged by ``kind``, and the environment that holds its address; gives a ``Pull``. Asks
nothing before the first page is wanted.
"""

import os
from collections.abc import Mapping

from adapters.transports import Pull
from adapters.transports.sql_pull import SqlPull
from adapters.transports.sql_settings import SqlSource
from hub.errors import SourceUnusable

__all__ = ["Pull", "PullSource", "SqlSource", "open_pull"]

PullSource = SqlSource


def open_pull(source: PullSource, environment: Mapping[str, str] = os.environ) -> Pull:
    """The pull that ``source`` sets; raises ``SourceUnusable`` where the environment lacks what it names."""
    return SqlPull(source, _secret(source.url_env, environment))


def _secret(name: str, environment: Mapping[str, str]) -> str:
    if not environment.get(name):
        raise SourceUnusable(problem=f"the environment has no variable {name}")
    return environment[name]
