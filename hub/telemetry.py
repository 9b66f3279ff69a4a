"""Traces, metrics and logs, in one place and with nothing of a person in them.

Spans go from query to SQL and from intake to chunk; they are sent by OTLP when ``HUB_OTLP_ENDPOINT`` is set and are
not even made otherwise. Attributes are names and counts. Every log line passes ``redact``.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
from opentelemetry import metrics, trace

_LONG_NUMBER = re.compile(r"\d[\d\s\-]{12,}[\dXxＸｘ]")
_tracer = trace.get_tracer("jizhun")
_meter = metrics.get_meter("jizhun")
_outcomes = _meter.create_counter("hub.intake.lines", unit="{line}", description="Lines taken in, by outcome")
_requests = _meter.create_counter("hub.requests", unit="{request}", description="GraphQL requests, by outcome")


def redact(text: str) -> str:
    """``text`` with every number long enough to be an ID number taken out, however it is spelt."""
    return _LONG_NUMBER.sub("[number]", text)


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """A traced step; an error inside it is noted by its type alone."""
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(trace.StatusCode.ERROR, type(error).__name__)
            raise


def trace_id() -> str:
    """The id of the present trace, by which an answer, its log rows and its spans are found; empty without one."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


def count_outcomes(register: str, outcomes: Mapping[str, int]) -> None:
    """Count lines taken in."""
    for outcome, lines in outcomes.items():
        _outcomes.add(lines, {"register": register, "outcome": outcome})


def count_request(outcome: str) -> None:
    """Count an answered request."""
    _requests.add(1, {"outcome": outcome})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there is one, the type of the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; of an exception only its type and place, for its text may quote a value."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
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
    """Send the hub's log to standard error, one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def start_export(endpoint: str | None) -> None:
    """Send spans and metrics to an OTLP/HTTP collector at ``endpoint``; without one nothing is made or sent."""
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource.create({"service.name": "jizhun"})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    trace.set_tracer_provider(tracing)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{endpoint}/v1/metrics"))
    metrics.set_meter_provider(MeterProvider([reader], resource=resource))
