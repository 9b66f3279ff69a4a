"""Drop folders with enrolments in them, for tests of who fetches them."""

import csv
import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from adapters.sources import Source
from adapters.transports.folder import Folder
from hub.clock import now
from tests.people import credit_code, id_number

TITLES = ["身份证件号码", "姓名", "个人社保号", "险种类型", "个人参保日期", "工作单位统一社会信用代码"]


def enrolment(place: int) -> list[str]:
    """The enrolment of a person at an employer; every person has two."""
    person, insurance = place // 2, ("310", "110")[place % 2]
    number = id_number(person % 1_000, f"19{person // 1_000 + 70}0101")
    return [number, f"某{person}", f"S1{person}", insurance, "2023-02-01", credit_code(person % 300)]


def drop(folder: Path, name: str, lines: int, spoilt: Mapping[int, list[str]] = {}) -> Path:
    """Put a file of enrolments into ``folder``."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(TITLES)
    rows.writerows(spoilt.get(place, enrolment(place)) for place in range(lines))
    return drop_text(folder, name, text.getvalue())


def drop_text(folder: Path, name: str, text: str) -> Path:
    """Put a text into ``folder``, as somebody finished it a minute ago."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    written = now().timestamp() - 60
    os.utime(path, (written, written))
    return path


def source(folder: Path, name: str = "enrolments", pattern: str = "*.csv", **more: Any) -> Source:  # noqa: ANN401
    """A source that takes enrolments out of ``folder``."""
    transport = Folder(path=str(folder), pattern=pattern)
    return Source(name=name, register="social_security", transport=transport, record="socialInsurances", **more)
