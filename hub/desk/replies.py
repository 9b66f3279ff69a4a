"""Put together what keys led to: which answers each, and which numbers of it.

Pure: takes rows, views and answers; gives replies. Reads nothing and decides on no access.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from hub.desk.answer import Answer, Found
from hub.desk.gathering import Led
from hub.errors import TooManyReferrers
from hub.identifiers.schemes import Scheme
from hub.identifiers.standing import Status, status_on
from hub.merge import Telling
from hub.store import reading
from hub.store.reading import Key, Wanted

Reply = tuple[Found, ...] | TooManyReferrers
"""What a key leads to, or that it leads to too many."""


def held_in(view: Telling, wanted: Wanted) -> Iterator[UUID]:
    """The ids of the numbers that the records of a view hold where numbers are wanted."""
    for record_type, path in wanted.held:
        item, _, part = path.partition(".")
        for record in view.records_of(record_type):
            value = record.values.get(item)
            number = value.get(part) if part and isinstance(value, Mapping) else value
            if isinstance(number, str):
                yield UUID(number)


def own_numbers(row: asyncpg.Record, opened: Mapping[UUID, str | None], day: date) -> dict[Scheme, str]:
    """The numbers that an entity bears on a day; of several of a scheme that which ends first, else its own."""
    numbers = sorted(reading.numbers_of(row), key=lambda number: number.valid_to or date.max, reverse=True)
    return {
        Scheme(number.scheme): value
        for number in numbers
        if number.scheme
        and status_on(day, number.valid_to) is Status.CURRENT
        and (value := opened[number.identifier_id])
    }


def replies(keys: Sequence[Key], read: Iterable[Led], answers: Mapping[UUID, Answer], limit: int) -> dict[Key, Reply]:
    """What each key led to, in the order of entities' ids; an entity that several references lead to comes once."""
    led: list[dict[UUID, tuple[str, set[UUID | None]]]] = [{} for _ in keys]
    beyond = set()
    for row, leads in read:
        for lead in leads:
            if lead.match == "TOO_MANY":
                beyond.add(lead.place)
            elif row["entity_id"]:
                led[lead.place].setdefault(row["entity_id"], (lead.match, set()))[1].add(lead.member_id)
    return {
        key: TooManyReferrers(limit=limit)
        if place in beyond
        else tuple(Found(answers[one], match, frozenset(ids)) for one, (match, ids) in sorted(led[place].items()))
        for place, key in enumerate(keys)
    }
