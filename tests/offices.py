"""A department's desk for tests: says things to an intake and looks at what came of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from uuid import UUID

import msgspec

from hub.clock import shanghai_midnight
from hub.intake.delivery import BrokenLine, Line, Operation
from hub.intake.submission import Delivery, Intake, Summary

Values = Mapping[str, object]


@dataclass
class Office:
    """A department's desk in a test: says things to the hub and looks at what came of them."""

    intake: Intake

    async def deliver(
        self,
        register: str,
        record_type: str,
        lines: Iterable[Values],
        *,
        stated_on: date = date(2024, 1, 1),
        key: str | None = None,
        unit: str = "city",
        is_copy: bool = False,
        accepted_removals: int | None = None,
    ) -> Summary:
        """Deliver lines; ``_operation``, ``_stated_at`` and ``_valid_from`` say what a line says about itself."""
        given = [line_of(place, record_type, values) for place, values in enumerate(lines, start=1)]
        digest = blake2b(msgspec.json.encode([line.cells for line in given]), digest_size=16).digest()
        delivery = Delivery(
            register=register,
            source_unit=unit,
            idempotency_key=key or digest.hex() + stated_on.isoformat(),
            digest=digest,
            stated_at=shanghai_midnight(stated_on),
            sender="test",
            copy_of=record_type if is_copy else None,
            accepted_removals=accepted_removals,
        )

        def after(place: int) -> list[Line | BrokenLine]:
            return [line for line in given if line.place > place]

        return await self.intake.take_in(delivery, after, keep_results=True)

    async def household(self, *lines: Values, **options: object) -> Summary:
        """Deliver to household registration."""
        return await self.deliver("household_registration", "household", lines, **options)  # type: ignore[arg-type]

    async def marriage(self, *lines: Values, **options: object) -> Summary:
        """Deliver marriages to civil affairs."""
        return await self.deliver("civil_affairs", "marriageRegistrations", lines, **options)  # type: ignore[arg-type]

    async def business(self, *lines: Values, **options: object) -> Summary:
        """Deliver to business registration."""
        return await self.deliver("business_registration", "businessRegistration", lines, **options)  # type: ignore[arg-type]

    async def views(self) -> dict[UUID, tuple[int, dict[str, object], dict[str, list[dict[str, object]]]]]:
        """(version, values of merged items, records' values) of every entity that stands for itself."""
        async with self.intake.database.connection() as connection:
            rows = await connection.fetch(
                "select entity_id, version, merged, records from view where linked_into is null"
            )
        return {row["entity_id"]: (row["version"], *_plain(row["merged"], row["records"])) for row in rows}

    async def only_view(self) -> tuple[int, dict[str, object], dict[str, list[dict[str, object]]]]:
        """The view of the only entity there is."""
        (view,) = (await self.views()).values()
        return view


def line_of(place: int, record_type: str, values: Values) -> Line:
    stated_at = values.get("_stated_at")
    valid_from = values.get("_valid_from")
    return Line(
        place=place,
        record_type=record_type,
        values={name: value for name, value in values.items() if not name.startswith("_")},
        cells={name: str(value) for name, value in values.items()},
        operation=Operation(str(values.get("_operation", "STATE"))),
        stated_at=stated_at if isinstance(stated_at, datetime) else None,
        valid_from=valid_from if isinstance(valid_from, date) else None,
    )


def _plain(merged: str, records: str) -> tuple[dict[str, object], dict[str, list[dict[str, object]]]]:
    items = {name: choice["value"] for name, choice in msgspec.json.decode(merged)["items"].items()}
    return items, {name: [record["values"] for record in found] for name, found in msgspec.json.decode(records).items()}
