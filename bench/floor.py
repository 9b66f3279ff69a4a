"""The floor: the same answers written by hand, over the same database.

Takes the requests that the hub takes; gives the same bytes, from one statement a request and code that knows the three
questions. Knows no GraphQL, checks no token and no access, logs nothing, and trusts that no view's day has come.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import asyncpg
import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.shown import Json, Merged, Person, Record, Shapes
from hub.catalog import EntityKind, load_model
from hub.identifiers.schemes import Scheme, normalise
from hub.settings import Settings
from hub.vault.cipher import Vault
from hub.vault.key_file import load_keys

NUMBERS = [Scheme.ID_NUMBER, Scheme.SOCIAL_SECURITY_NUMBER]
PERSONS = """
select identifier.lookup, view.merged, view.records, own.schemes, own.key_ids, own.sealed, own.identifier_ids,
       own.bearer_ids
from vault.identifier
left join link on link.entity_id = identifier.entity_id and link.unlinked_at is null
join view on view.entity_id = coalesce(link.into_id, identifier.entity_id)
cross join lateral (
    select array_agg(scheme) as schemes, array_agg(key_id) as key_ids, array_agg(value_encrypted) as sealed,
           array_agg(identifier_id) as identifier_ids, array_agg(number.entity_id) as bearer_ids
    from vault.identifier as number
    where number.entity_id = any (array(
            select view.entity_id
            union all
            select member.entity_id from link as member
            where member.into_id = view.entity_id and member.unlinked_at is null
        ))
      and number.scheme = any ($2) and number.superseded_at is null
      and (number.valid_to is null or number.valid_to > current_date)
) as own
where identifier.lookup = any ($1) and identifier.superseded_at is null"""


class Variables(Struct):
    """The keys that a request names."""

    idNumber: str = ""  # noqa: N815 - the name on the wire
    idNumbers: tuple[str, ...] = ()  # noqa: N815 - the name on the wire


class Asked(Struct):
    """What is read of a request."""

    variables: Variables


_asked = msgspec.json.Decoder(Asked)
_merged = msgspec.json.Decoder(Merged)
_records = msgspec.json.Decoder(dict[str, tuple[Record, ...]])


class Floor:
    """The three questions over one pool."""

    def __init__(self, settings: Settings) -> None:
        model = load_model()
        decided = [item for item in model.merged[EntityKind.NATURAL_PERSON].values() if item.authority]
        self._shapes = Shapes({name: codes.codes for name, codes in model.code_lists.items()}, decided)
        self._vault = Vault(load_keys(settings.vault_key_path, create=False))
        self._settings = settings
        self._pool: asyncpg.Pool[asyncpg.Record]

    @asynccontextmanager
    async def opened(self, app: Starlette | None = None) -> AsyncIterator[None]:
        """Hold the pool open for as long as the application runs."""
        url, size = self._settings.database_url, self._settings.pool_size
        async with asyncpg.create_pool(url, min_size=1, max_size=size, reset=_nothing) as self._pool:
            yield

    async def short(self, request: Request) -> Response:
        """Answer Q1."""
        return await self._one(request, self._shapes.short)

    async def long(self, request: Request) -> Response:
        """Answer Q2."""
        return await self._one(request, self._shapes.long)

    async def many(self, request: Request) -> Response:
        """Answer Q3."""
        keys = _asked.decode(await request.body()).variables.idNumbers
        found = await self._persons(keys)
        outcomes = [
            {
                "outcome": "FOUND" if key in found else "NOT_FOUND",
                "naturalPerson": self._shapes.short(found[key]) if key in found else None,
            }
            for key in keys
        ]
        return _response({"naturalPersons": outcomes})

    async def long_of(self, keys: Iterable[str]) -> list[Json]:
        """What Q2 tells of each person that keys lead to."""
        return [self._shapes.long(person) for person in (await self._persons(keys)).values()]

    async def _one(self, request: Request, shape: Callable[[Person], Json]) -> Response:
        key = _asked.decode(await request.body()).variables.idNumber
        person = (await self._persons([key])).get(key)
        return _response({"naturalPerson": shape(person) if person else None})

    async def _persons(self, keys: Iterable[str]) -> dict[str, Person]:
        lookups = {self._vault.lookup(Scheme.ID_NUMBER, normalise(Scheme.ID_NUMBER, key)): key for key in keys}
        rows = await self._pool.fetch(PERSONS, [*lookups], NUMBERS)
        return {lookups[row["lookup"]]: self._person(row) for row in rows}

    def _person(self, row: asyncpg.Record) -> Person:
        columns = ("schemes", "key_ids", "sealed", "identifier_ids", "bearer_ids")
        numbers = {
            scheme: self._vault.open(key_id, value, identifier_id.bytes, bearer_id.bytes).decode()
            for scheme, key_id, value, identifier_id, bearer_id in zip(*map(row.get, columns), strict=True)
        }
        return Person(_merged.decode(row["merged"]), _records.decode(row["records"]), numbers)


def create_app(settings: Settings) -> Starlette:
    """The floor as an application: each question at a path of its own."""
    floor = Floor(settings)
    answers = {"/short": floor.short, "/long": floor.long, "/many": floor.many}
    routes = [Route(path, answer, methods=["POST"]) for path, answer in answers.items()]
    return Starlette(lifespan=floor.opened, routes=routes)


def _response(data: Json) -> Response:
    return Response(msgspec.json.encode({"data": data}), media_type="application/json; charset=utf-8")


async def _nothing(_: object) -> None:
    """Stand in for asyncpg's reset query, as in the hub's own pool."""
