"""Open a source that is read by asking it: a SQL database or an HTTP API.

Takes how it is set, as a struct tagged by ``kind``, and the environment that holds its address or token; gives a
``Pull``. Asks nothing before the first page is wanted.
"""

import os
from collections.abc import Mapping

from adapters.transports import Pull
from adapters.transports.http_settings import HttpSource
from adapters.transports.sql_settings import SqlSource
from hub.errors import SourceUnusable

__all__ = ["HttpSource", "Pull", "PullSource", "SqlSource", "open_pull"]

PullSource = SqlSource | HttpSource


def open_pull(source: PullSource, environment: Mapping[str, str] = os.environ) -> Pull:
    """The pull that ``source`` sets; raises ``SourceUnusable`` where the environment lacks what it names."""
    if isinstance(source, SqlSource):
        from adapters.transports.sql_pull import SqlPull  # noqa: PLC0415 - SQLAlchemy is slow to import

        return SqlPull(source, _secret(source.url_env, environment))
    from adapters.transports.http_pull import HttpPull  # noqa: PLC0415 - as is httpx

    return HttpPull(source, _secret(source.token_env, environment) if source.token_env else None)


def _secret(name: str, environment: Mapping[str, str]) -> str:
    secret = environment.get(name, "").strip()
    if not secret:
        raise SourceUnusable(problem=f"the environment has no variable {name}")
    return secret
