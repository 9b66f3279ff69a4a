"""Applications for items over GraphQL: what was asked of whom, whose turn it is by when, and the steps."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from graphql_schema.connections import After, Connection, First, page_of, page_size
from graphql_schema.enums import ApplicationParty, ApplicationStage, ApplicationStep, EntityKind
from graphql_schema.global_id import parse_id
from graphql_schema.making import context_of, raw_info
from hub.access import code_of
from hub.desk import applications as desk_applications
from hub.desk.applications import FoundApplication
from hub.errors import InvalidArgument, UnknownApplication
from hub.intake.delivery import check_name
from hub.stewardship.application import PUBLISHED
from hub.stewardship.applying import Asked


@strawberry.input(description="An item that is applied for, and on which legal basis.")
class SharedItemInput:
    """An item that is applied for."""

    item: str = strawberry.field(description="The item, as the catalog names it.")
    basis: str = strawberry.field(description="The article by which you may have it · 依据.")


@strawberry.input(description="What your agency asks for: items of one responsible department.")
class ApplyForSharingInput:
    """What an agency asks for."""

    entity: EntityKind = strawberry.field(description="The kind of entity.")
    items: list[SharedItemInput] = strawberry.field(description="The items, each with its legal basis.")
    purpose: str = strawberry.field(description="The code with which `Hub-Purpose` will begin.")
    divisions: list[str] = strawberry.field(
        default_factory=list, description="The area codes it is for; without any, the whole city."
    )
    masked: bool = strawberry.field(default=False, description="Whether covered values will do.")


@strawberry.type(description="An item that was applied for.")
class AppliedItem:
    """An item that was applied for."""

    item: str = strawberry.field(description="The item.")
    basis: str = strawberry.field(description="The legal basis that was named.")


@strawberry.type(description="A step that was taken.")
class ApplicationStepTaken:
    """A step that was taken."""

    step: ApplicationStep = strawberry.field(description="What was done.")
    at: datetime = strawberry.field(description="When.")
    party: ApplicationParty = strawberry.field(description="By whom.")
    words: str = strawberry.field(description="Why, in words.")
    published: bool = strawberry.field(description="Whether everybody may read it, as the results of mediation.")


@strawberry.type(description="An application for items · 共享申请.")
class SharingApplication:
    """An application for items."""

    id: strawberry.ID = strawberry.field(description="Its id.")
    agency: str = strawberry.field(description="The agency that asks.")
    department: str = strawberry.field(description="The department that is responsible for the items, by name.")
    entity: EntityKind = strawberry.field(description="The kind of entity.")
    items: list[AppliedItem] = strawberry.field(description="The items, each with its legal basis.")
    purpose: str = strawberry.field(description="What they are for.")
    divisions: list[str] = strawberry.field(description="For which area codes; none, the whole city.")
    months: int = strawberry.field(description="How long the grant will last.")
    masked: bool = strawberry.field(description="Whether values will be covered.")
    submitted_at: datetime = strawberry.field(description="When it was made.")
    stage: ApplicationStage = strawberry.field(description="Where it stands.")
    since: datetime = strawberry.field(description="Since when it stands there.")
    due: date | None = strawberry.field(
        description="The last day on which the step of this stage is in time; null where it has no clock."
    )
    by_calendar: bool = strawberry.field(
        description="Whether the holidays of that year are announced; else only weekends were taken for free."
    )
    overdue: bool = strawberry.field(description="Whether that day has passed: silence.")
    steps: list[ApplicationStep] = strawberry.field(description="The steps that you may take now.")
    history: list[ApplicationStepTaken] = strawberry.field(description="The steps that were taken.")


@strawberry.type(description="A result of mediation, as it is published · 协调结果.")
class Mediation:
    """A result of mediation."""

    application: strawberry.ID = strawberry.field(description="The application that it was about.")
    agency: str = strawberry.field(description="The agency that asked.")
    department: str = strawberry.field(description="The department that was asked, by name.")
    items: list[str] = strawberry.field(description="The items.")
    settled: bool = strawberry.field(description="Whether both agreed; else the offices review it jointly.")
    at: datetime = strawberry.field(description="When.")
    words: str = strawberry.field(description="What came of it, in words.")


ApplicationId = Annotated[strawberry.ID, strawberry.argument(description="The application.")]
StepToTake = Annotated[ApplicationStep, strawberry.argument(description="The step, one of its `steps`.")]
Words = Annotated[str, strawberry.argument(description="Why, in words; they are kept, and published with mediation.")]


async def sharing_applications(
    info: strawberry.Info, first: First = 20, after: After = None
) -> Connection[SharingApplication]:
    """The applications that the caller has to do with."""
    context = context_of(info)
    found, more = await desk_applications.applications(
        context.desk, context.viewer, context.intake.calendar, after, page_size(first)
    )
    context.spend(raw_info(info), len(found))
    return page_of([(desk_applications.cursor_of(context.desk, one), _shown(one)) for one in found], after, more=more)


async def mediations(info: strawberry.Info) -> list[Mediation]:
    """The latest results of mediation."""
    found = await desk_applications.mediations(context_of(info).desk)
    context_of(info).spend(raw_info(info), len(found))
    return [
        Mediation(
            application=strawberry.ID(str(one["application_id"])),
            agency=one["agency"],
            department=one["department"],
            items=one["items"],
            settled=one["step"] == ApplicationStep.SETTLE,
            at=one["at"],
            words=one["words"],
        )
        for one in found
    ]


async def apply_for_sharing(
    info: strawberry.Info,
    input: Annotated[ApplyForSharingInput, strawberry.argument(description="The application.")],  # noqa: A002
) -> SharingApplication:
    """Apply for items."""
    context = context_of(info)
    purpose = code_of(input.purpose)
    check_name("purpose", purpose)
    if not all(code.isdecimal() and len(code) in (2, 4, 6, 9, 12) for code in input.divisions):
        raise InvalidArgument(name="divisions", problem="an area code has 2, 4, 6, 9 or 12 digits")
    asked = Asked(
        agency=context.viewer.agency,
        officer=context.viewer.officer,
        entity=input.entity,
        bases={one.item: one.basis for one in input.items},
        purpose=purpose,
        divisions=tuple(input.divisions),
        masked=input.masked,
    )
    return _shown(await desk_applications.apply(context.desk, context.viewer, context.intake.calendar, asked))


async def advance_application(
    info: strawberry.Info,
    id: ApplicationId,  # noqa: A002 - as every mutation calls it
    step: StepToTake,
    words: Words = "",
) -> SharingApplication:
    """Take a step of an application."""
    context = context_of(info)
    found = await desk_applications.advance(
        context.desk, context.viewer, context.intake.calendar, parse_id(id, UnknownApplication()), step, words
    )
    return _shown(found)


def _shown(found: FoundApplication) -> SharingApplication:
    """An application as callers see it."""
    made, reached = found.kept.application, found.progress
    return SharingApplication(
        id=strawberry.ID(str(made.application_id)),
        agency=made.agency,
        department=made.department,
        entity=made.entity,
        items=[AppliedItem(item=item, basis=basis) for item, basis in zip(made.items, made.bases, strict=True)],
        purpose=made.purpose,
        divisions=list(made.divisions),
        months=made.months,
        masked=made.masked,
        submitted_at=made.submitted_at,
        stage=reached.stage,
        since=reached.since,
        due=reached.due,
        by_calendar=reached.is_by_calendar,
        overdue=found.is_overdue,
        steps=list(found.steps),
        history=[
            ApplicationStepTaken(
                step=ApplicationStep(one.step),
                at=one.at,
                party=ApplicationParty(one.party),
                words=one.words,
                published=one.step in PUBLISHED,
            )
            for one in found.kept.steps
        ],
    )
