"""What is told of the hub's work: names and counts, and nothing of a person."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub import telemetry
from hub.catalog import Model
from hub.intake.watching import watch
from hub.redaction import redact
from hub.vault.cipher import Vault
from tests.documents import code, read, table
from tests.people import id_number
from tests.served import Api, listening
from tests.traced import recording, traced_api

CANARY = id_number(8)
PERSON = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name household { photo } } }"


async def test_spans_lead_from_the_request_to_the_desk_to_each_named_query(
    database_url: str, model: Model, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.identity.budgets.SHARED_SECONDS", 3_600)  # or what is spent is written meanwhile
    async with traced_api(database_url, model, vault) as (api, recorded):
        await api.office.household({"idNumber": CANARY, "name": "王小明"})
        recorded.spans_in_memory.clear()
        await api.ask(PERSON, {"id": CANARY})  # the first question, for which the catalog in force is read
        parents = {span.context.span_id: span.name for span in recorded.spans if span.context}
        found = {span.name: parents.get(span.parent.span_id) if span.parent else None for span in recorded.spans}
        assert found == {
            "graphql.request": None,
            "desk.answer": "graphql.request",
            "sql.desk.answer": "desk.answer",
            "sql.catalog.in_force": "desk.answer",
            "sql.catalog.version": "desk.answer",
            "sql.grants.turn": "desk.answer",
            "sql.grants.grants": "desk.answer",
            "sql.grants.approvals": "desk.answer",
            "sql.grants.disputes": "desk.answer",
            "sql.sessions.find_session": "graphql.request",
            "sql.sessions.begin_session": "graphql.request",
            "sql.budgets.spent": "graphql.request",
            "sql.audit.keep": None,  # it is written for all who ask at the time
        }
        async with api.services.database.connection() as connection:
            logged = await connection.fetchval("select trace_id from audit.access_log")
        (trace,) = {span.context.trace_id for span in recorded.spans if span.context and span.name != "sql.audit.keep"}
        assert logged == format(trace, "032x")


async def test_spans_lead_from_a_chunk_of_intake_to_its_queries_and_lines_are_counted(
    database_url: str, model: Model, vault: Vault
) -> None:
    async with traced_api(database_url, model, vault) as (api, recorded):
        await api.office.household({"idNumber": CANARY, "name": "王小明"}, {"idNumber": CANARY[:17] + "?"})
        (chunk,) = (span for span in recorded.spans if span.name == "intake.chunk")
        assert dict(chunk.attributes or {}) == {"register": "household_registration", "lines": 2}
        assert recorded.names["sql.intake.write_states"] == recorded.names["sql.intake.write_views"] == 1
        text = recorded.everything()
    assert '"outcome": "CREATED"' in text
    assert '"outcome": "QUARANTINED"' in text
    assert CANARY[:17] not in text


async def test_an_error_is_noted_by_its_type_alone() -> None:
    with recording() as recorded:
        with pytest.raises(ValueError, match="440106"), telemetry.span("step"):
            raise ValueError(CANARY)
        (span,) = recorded.spans
        assert (span.status.description, span.events) == ("ValueError", ())


def test_no_span_is_made_and_nothing_counted_unless_something_is_exported() -> None:
    assert telemetry.span("step") is telemetry.span("another", lines=3)
    assert not telemetry.is_exported()
    with telemetry.exporting(None):
        assert not telemetry.is_exported()
    with telemetry.request("step"):
        first = telemetry.trace_id()
    with telemetry.request("step"):
        assert telemetry.trace_id() not in ("", first)
    assert (len(first), telemetry.trace_id()) == (32, "")


@dataclass
class Collector:
    """An OTLP collector that keeps what it is sent."""

    spans: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        content = await request.body()
        if request.url.path == "/v1/traces":
            traces = ExportTraceServiceRequest.FromString(content)
            scopes = (scope for part in traces.resource_spans for scope in part.scope_spans)
            self.spans += [span.name for scope in scopes for span in scope.spans]
        else:
            told = ExportMetricsServiceRequest.FromString(content)
            meters = (scope for part in told.resource_metrics for scope in part.scope_metrics)
            self.metrics += [metric.name for meter in meters for metric in meter.metrics]
        return Response()


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    collector = Collector()
    paths = [Route(f"/v1/{what}", collector.take, methods=["POST"]) for what in ("traces", "metrics")]
    async with listening(Starlette(routes=paths)) as url:
        yield collector, url


async def test_spans_and_metrics_reach_a_collector() -> None:
    def work(url: str) -> None:
        with telemetry.exporting(url), telemetry.span("desk.answer", keys=1):
            telemetry.count_request("answered")
            telemetry.count_outcomes("household_registration", {"CREATED": 2})

    async with collecting() as (collector, url):
        await asyncio.to_thread(work, url)
    assert collector.spans == ["desk.answer"]
    assert sorted(collector.metrics) == ["hub.intake.lines", "hub.requests"]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the hub's logging writes, for the time of a test."""
    root, text = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    telemetry.start_logging("debug")
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(text)
    yield text
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = True
    for name in telemetry.QUIET:
        logging.getLogger(name).disabled = False


def test_every_log_line_is_one_json_object_whoever_writes_it(written: io.StringIO) -> None:
    logging.getLogger("hub.x").info("taken in: %s", CANARY)
    logging.getLogger("uvicorn.error").warning("a line\nand another with 王小明")
    logging.getLogger("strawberry.execution").error("query with %s", CANARY)
    try:
        raise ValueError(f"{CANARY} 王小明")
    except ValueError:
        logging.getLogger("asyncpg").exception("failed")
    with telemetry.request("step"):
        logging.getLogger("hub.x").debug("traced")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["logger"], line["level"], line["message"]) for line in lines] == [
        ("hub.x", "info", "taken in: [number]"),
        ("uvicorn.error", "warning", "a line"),
        ("asyncpg", "error", "failed"),
        ("hub.x", "debug", "traced"),
    ]
    assert (lines[2]["error"], len(lines[2]["where"]), len(lines[3]["trace"])) == ("ValueError", 1, 32)


def test_a_log_call_that_is_wrong_does_not_spill_its_arguments(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("hub.x").info("%d lines", CANARY)
    assert CANARY not in written.getvalue() + capsys.readouterr().err


async def test_the_server_logs_through_the_same_formatter(api: Api, written: io.StringIO) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.client.base_url.port)
    writer.write(f"{CANARY} / HTTP/1.1\r\n\r\n".encode())
    await reader.read()
    writer.close()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert ("uvicorn.error", "warning") in {(line["logger"], line["level"]) for line in lines}
    assert CANARY not in str(lines)


SPELLINGS = [
    CANARY,
    CANARY[:6] + CANARY[8:17],
    CANARY[:17] + "x",
    CANARY.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}),
    CANARY.translate({ord(str(digit)): 0x0660 + digit for digit in range(10)}),
    CANARY.translate({ord(str(digit)): 0x2080 + digit for digit in range(10)}),
    f"{CANARY[:6]} {CANARY[6:14]} {CANARY[14:]}",
    f"{CANARY[:6]}-{CANARY[6:14]}-{CANARY[14:]}",
    f"{CANARY[:6]}\u3000{CANARY[6:14]}\uff0d{CANARY[14:]}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_taken_out_however_it_is_spelt(spelling: str) -> None:
    assert redact(f"Key (name)=({spelling}) exists") == "Key (name)=([number]) exists"


def test_what_is_no_number_of_a_person_stays() -> None:
    for text in ("第 12 行：缺少主键「姓名」", "2024-01-01 12:30", "line 1234567, 25 of 300", "HUB_PORT=8000"):
        assert redact(text) == text


@given(st.text(), st.text())
def test_no_text_around_a_number_protects_it(before: str, after: str) -> None:
    assert CANARY not in redact(before + CANARY + after)


async def test_what_waits_of_each_register_and_how_long_submissions_took_is_measured_without_a_value(
    database_url: str, model: Model, vault: Vault
) -> None:
    async with traced_api(database_url, model, vault) as (api, recorded):
        await api.office.household({"idNumber": CANARY, "name": "王小明"}, {"idNumber": CANARY[:17] + "?"})
        await watch(api.services.intake)
        metrics = recorded.metrics.get_metrics_data()
    assert metrics
    told = {
        metric.name: {
            str((point.attributes or {})["register"]): getattr(point, "value", getattr(point, "count", None))
            for point in metric.data.data_points
        }
        for resource in metrics.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        if metric.name != "hub.intake.lines"
    }
    assert told["hub.intake.duration"] == told["hub.intake.lag"] == {"household_registration": 1}
    assert told["hub.standing.quarantine"] == {name: int(name == "household_registration") for name in model.registers}
    assert set(told) >= {f"hub.standing.{name}" for name in telemetry.STANDING}
    assert CANARY[:17] not in metrics.to_json()


def test_every_metric_is_explained() -> None:
    with recording() as recorded:
        telemetry.note_standing("x", dict.fromkeys(telemetry.STANDING, 1))
        telemetry.count_request("answered")
        telemetry.count_outcomes("x", {"CREATED": 1})
        telemetry.note_submission("x", timedelta(1), timedelta(1))
        metrics = recorded.metrics.get_metrics_data()
    assert metrics
    made = {
        metric.name
        for resource in metrics.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert {code(row[0]) for row in table(read("docs/quality.md"), "metric")} == made
