"""Departments' databases for tests: PostgreSQL, MariaDB and SQLite as they are."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import create_engine, text

from adapters.transports import Pull
from adapters.transports.sql_drivers import address_of
from tests.adapters.sources import opened


@dataclass(frozen=True)
class Source:
    """A department's database."""

    url: str
    server: tuple[str, int] | str | None

    def run(self, *statements: str) -> None:
        engine = create_engine(address_of(self.url))
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def opened(self, **settings: object) -> Pull:
        return opened(self.url, **settings)


def through(url: str, port: int) -> str:
    """The same database by way of a wire."""
    parts = urlsplit(url)
    account = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{account}@127.0.0.1:{port}", query="").geturl()
