"""Traces, metrics and logs, in one place and with nothing of a person in them.

Spans go from query to desk to SQL and from intake to chunk; they are sent by OTLP while ``exporting`` runs and are not
even made otherwise. Attributes are names and counts. Every log line passes ``redact``.
"""

import logging
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from opentelemetry.trace import StatusCode, get_current_span

from hub.clock import now
from hub.redaction import redact

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram
    from opentelemetry.metrics import _Gauge as Gauge
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Tracer

QUIET = ("strawberry.execution", "httpx")
"""Loggers of libraries that would write whole questions with their arguments, or all of an agency's address."""

STANDING = {
    "quarantine": ("line", "Lines open in quarantine"),
    "anomalies": ("anomaly", "Anomalies that are open"),
    "overdue": ("anomaly", "Anomalies that are open beyond their time"),
    "unfinished": ("submission", "Submissions that are not finished"),
    "late": ("source", "Sources that are late by their update duty"),
}
"""What waits to be dealt with, as metrics count it for each register."""

_NOTHING = nullcontext()
_trace_id: ContextVar[str] = ContextVar("trace_id", default="")


@dataclass(frozen=True)
class _Instruments:
    """What spans and counts go to while they are exported."""

    tracer: "Tracer"
    requests: "Counter"
    lines: "Counter"
    durations: "Histogram"
    lags: "Histogram"
    standing: "Mapping[str, Gauge]"


_instruments: _Instruments | None = None


def is_exported() -> bool:
    """Whether spans are made at all."""
    return _instruments is not None


def span(name: str, **attributes: str | int) -> AbstractContextManager[None]:
    """A traced step; an error inside it is noted by its type alone."""
    return _span(_instruments.tracer, name, attributes) if _instruments else _NOTHING


@contextmanager
def _span(tracer: "Tracer", name: str, attributes: Mapping[str, str | int]) -> Iterator[None]:
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def note_query(name: str, seconds: float, error: BaseException | None) -> None:
    """A span for a named query that has just taken ``seconds``, inside the step that asked it."""
    if _instruments:
        ended = int(now().timestamp() * 1e9)
        query = _instruments.tracer.start_span(f"sql.{name}", start_time=ended - int(seconds * 1e9))
        if error:
            query.set_status(StatusCode.ERROR, type(error).__name__)
        query.end(ended)


@contextmanager
def request(name: str) -> Iterator[None]:
    """The traced step that a request is, with a trace id whether spans are made or not."""
    with span(name):
        token = _trace_id.set(_id_of_span() or secrets.token_hex(16))
        try:
            yield
        finally:
            _trace_id.reset(token)


def trace_id() -> str:
    """The id of the present trace, by which an answer, its log rows and its spans are found; empty without one."""
    return _trace_id.get() or _id_of_span()


def _id_of_span() -> str:
    context = get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


def count_outcomes(register: str, outcomes: Mapping[str, int]) -> None:
    """Count lines taken in."""
    if _instruments:
        for outcome, lines in outcomes.items():
            _instruments.lines.add(lines, {"register": register, "outcome": outcome})


def note_submission(register: str, took: timedelta, lag: timedelta) -> None:
    """Note how long a submission took to be taken in, and how long after it was stated that was done."""
    if _instruments:
        _instruments.durations.record(took.total_seconds(), {"register": register})
        _instruments.lags.record(max(0.0, lag.total_seconds()), {"register": register})


def note_standing(register: str, counts: Mapping[str, int]) -> None:
    """Note how much of a register waits to be dealt with, by the names of ``STANDING``."""
    if _instruments:
        for name, count in counts.items():
            _instruments.standing[name].set(count, {"register": register})


def count_request(outcome: str) -> None:
    """Count an answered request."""
    if _instruments:
        _instruments.requests.add(1, {"outcome": outcome})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there is one, the type of the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; of an exception only its type and place, for its text may quote a value.

        For the same reason a message ends with its first line: libraries put what an object holds below it.
        """
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage().partition("\n")[0]),
        }
        if current := trace_id():
            entry["trace"] = current
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            entry["error"] = type(error).__name__
            entry["where"] = _where(error)
        return msgspec.json.encode(entry).decode()


def _where(error: BaseException) -> list[str]:
    frames = []
    step = error.__traceback__
    while step:
        frames.append(f"{step.tb_frame.f_code.co_filename.rpartition('/')[2]}:{step.tb_lineno}")
        step = step.tb_next
    return frames[-5:]


def start_logging(level: str) -> None:
    """Send the log of the hub and of its libraries to standard error, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False  # else a log call that is wrong prints its arguments as they are
    for name in QUIET:
        logging.getLogger(name).disabled = True


def exporting(endpoint: str | None) -> AbstractContextManager[None]:
    """Send spans and metrics to an OTLP/HTTP collector at ``endpoint``; without one nothing is made or sent."""
    if endpoint is None:
        return nullcontext()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return exporting_to(
        BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")),
        PeriodicExportingMetricReader(OTLPMetricExporter(f"{endpoint}/v1/metrics")),
    )


@contextmanager
def exporting_to(spans: "SpanProcessor", metrics: "MetricReader") -> Iterator[None]:
    """Make spans and metrics for the time of the block, and hand over the last of them at its end."""
    global _instruments  # noqa: PLW0603 - a process exports to one place, and every room writes there
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    resource = Resource.create({"service.name": "jizhun", "service.instance.id": str(uuid4())})
    tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
    tracing.add_span_processor(spans)
    metering = MeterProvider([metrics], resource=resource, shutdown_on_exit=False)
    meter = metering.get_meter("jizhun")
    _instruments = _Instruments(
        tracer=tracing.get_tracer("jizhun"),
        requests=meter.create_counter("hub.requests", "{request}", "GraphQL requests, by outcome"),
        lines=meter.create_counter("hub.intake.lines", "{line}", "Lines taken in, by outcome"),
        durations=meter.create_histogram("hub.intake.duration", "s", "How long submissions took"),
        lags=meter.create_histogram("hub.intake.lag", "s", "From when a submission was stated until it was in"),
        standing={
            name: meter.create_gauge(f"hub.standing.{name}", f"{{{unit}}}", description)
            for name, (unit, description) in STANDING.items()
        },
    )
    try:
        yield
    finally:
        _instruments = None
        tracing.shutdown()
        metering.shutdown()
