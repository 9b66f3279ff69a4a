"""Spans and metrics kept in memory, and a hub that makes them."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hub import telemetry
from hub.catalog import Model
from hub.vault.cipher import Vault
from tests.conftest import opened, services_on
from tests.served import Api, served


@dataclass
class Recorded:
    """What was exported so far."""

    spans_in_memory: InMemorySpanExporter
    metrics: InMemoryMetricReader

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.spans_in_memory.get_finished_spans()

    @property
    def names(self) -> Counter[str]:
        """How many spans have each name."""
        return Counter(span.name for span in self.spans)

    def everything(self) -> str:
        """All that was exported, as text."""
        metrics = self.metrics.get_metrics_data()
        return "\n".join(span.to_json() for span in self.spans) + (metrics.to_json() if metrics else "")


@contextmanager
def recording() -> Iterator[Recorded]:
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    with telemetry.exporting_to(SimpleSpanProcessor(spans), metrics):
        yield Recorded(spans, metrics)


@asynccontextmanager
async def traced_api(database_url: str, model: Model, vault: Vault) -> AsyncIterator[tuple[Api, Recorded]]:
    """A hub over HTTP whose spans and metrics are kept."""
    with recording() as recorded:
        async with opened(database_url) as database:
            services = services_on(database, model, vault)
            async with served(services) as client:
                yield Api(client, services), recorded
