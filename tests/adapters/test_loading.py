"""Files become deliveries."""

from datetime import date
from pathlib import Path

from adapters.recognising import RecognisedFile, recognise
from adapters.transports.content import Limits
from hub.catalog import Model
from hub.clock import shanghai_midnight
from hub.settings import Settings


def recognised(model: Model, path: Path, name: str, stated_on: date | None = None) -> RecognisedFile:
    path.write_text(f"公民身份号码,姓名\n11010519491231002X,{name}\n", encoding="utf-8")
    (file,) = recognise(
        model,
        "household_registration",
        [path],
        record=None,
        stated_on=stated_on,
        source_unit="",
        limits=Limits.of(Settings()),
    )
    return file


def test_a_correction_of_the_same_day_is_stated_after_what_it_corrects(model: Model, tmp_path: Path) -> None:
    first = recognised(model, tmp_path / "morning.csv", "甲").delivery("test")
    second = recognised(model, tmp_path / "fix.csv", "乙").delivery("test")
    assert first.stated_at < second.stated_at


def test_a_file_is_stated_at_the_beginning_of_the_day_that_is_named(model: Model, tmp_path: Path) -> None:
    delivery = recognised(model, tmp_path / "f.csv", "甲", date(2024, 5, 1)).delivery("test")
    assert delivery.stated_at == shanghai_midnight(date(2024, 5, 1))
    assert delivery.idempotency_key.endswith("2024-05-01")
