"""The parts of a start, as a process: `python -m bench.parts` prints the processor seconds of each as JSON."""

import sys
from itertools import pairwise
from time import process_time


def main() -> None:
    """Go through a start as far as it needs no database."""
    times = [0.0]
    from graphql_schema.schema import build_schema  # noqa: PLC0415 - what importing takes is measured
    from hub import opening, serve  # noqa: F401, PLC0415
    from hub.settings import Settings  # noqa: PLC0415

    times.append(process_time())
    model = opening.read_model(Settings())
    times.append(process_time())
    build_schema(model, Settings())
    times.append(process_time())

    from msgspec import json  # noqa: PLC0415

    parts = ("Python and imports", "reading the model", "building the schema")
    spent = (after - before for before, after in pairwise(times))
    sys.stdout.buffer.write(json.encode(dict(zip(parts, spent, strict=True))))


if __name__ == "__main__":
    main()
