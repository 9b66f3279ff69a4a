"""How far a submission is, for the department that delivers and for the platform office."""

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from graphql_schema.enums import Outcome
from graphql_schema.making import context_of
from graphql_schema.mending import OutcomeCount
from hub.desk.submissions import submission_of
from hub.store.submissions import Failure, Progress

GivenSubmission = Annotated[strawberry.ID, strawberry.argument(description="The id, as a delivery answers with it.")]


@strawberry.enum(description="Whether all of a submission is in · 报送批次状态.")
class SubmissionState(Enum):
    """Whether all of a submission is in."""

    OPEN = strawberry.enum_value(
        "OPEN", description="It is being taken in, or was broken off; sent again, it goes on where it stopped."
    )
    FAILED = strawberry.enum_value(
        "FAILED",
        description="It cannot be taken in as it is: `failure` says why. Mended and sent again, it goes on.",
    )
    FINISHED = strawberry.enum_value("FINISHED", description="Every line of it is in the hub or in quarantine.")


@strawberry.type(description="Why a submission cannot be taken in as it is · 失败原因.")
class SubmissionFailure:
    """Why a submission cannot be taken in as it is."""

    at: datetime = strawberry.field(description="When that was found.")
    code: str = strawberry.field(description="The code of the error, from the closed list of errors.")
    message: str = strawberry.field(description="What is wrong.")
    hint: str = strawberry.field(description="What to do about it.")


def failure_shown(at: datetime | None, failure: Failure | None) -> SubmissionFailure | None:
    """A failure as it is shown, if there is one."""
    if at is None or failure is None:
        return None
    return SubmissionFailure(at=at, code=failure.code, message=failure.message, hint=failure.hint)


@strawberry.type(description="A delivery by a department, and how far the hub has come with it · 报送批次.")
class Submission:
    """A delivery and how far the hub has come with it."""

    id: strawberry.ID = strawberry.field(description="Names the submission.")
    register: str = strawberry.field(description="The register, by name.")
    source_unit: str = strawberry.field(description="The unit of the department that delivered it.")
    state: SubmissionState = strawberry.field(description="Whether all of it is in.")
    progress: float | None = strawberry.field(
        description="The share of it that was read, from 0 to 1; null where nobody can tell its size · 进度."
    )
    lines: int = strawberry.field(description="How many lines are in, or in quarantine.")
    counts: list[OutcomeCount] = strawberry.field(description="The same by outcome.")
    started_at: datetime = strawberry.field(description="When the first of it came.")
    finished_at: datetime | None = strawberry.field(description="When the last of it was in.")
    failure: SubmissionFailure | None = strawberry.field(description="Why it cannot be taken in, where that is so.")


async def submission_asked(
    info: strawberry.Info,
    id: GivenSubmission,  # noqa: A002 - its name in the schema
) -> Submission | None:
    """How far a submission is."""
    context = context_of(info)
    try:
        submission_id = UUID(id)
    except ValueError:
        return None
    found = await submission_of(context.desk, context.viewer, submission_id)
    if found is None:
        return None
    return Submission(
        id=strawberry.ID(str(found.submission_id)),
        register=found.register,
        source_unit=found.source_unit,
        state=_state(found),
        progress=found.share,
        lines=sum(found.counts.values()),
        counts=[OutcomeCount(outcome=Outcome(name), lines=lines) for name, lines in sorted(found.counts.items())],
        started_at=found.started_at,
        finished_at=found.finished_at,
        failure=failure_shown(found.failed_at, found.failure),
    )


def _state(found: Progress) -> SubmissionState:
    if found.finished_at:
        return SubmissionState.FINISHED
    return SubmissionState.FAILED if found.failed_at else SubmissionState.OPEN
