"""Whatever happens to a file on its way, it is read or refused in the hub's own words."""

import gzip
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.transports import Row
from adapters.transports.files import open_files
from hub.errors import UnreadableFile
from hub.intake.delivery import BrokenLine
from tests.adapters.transports.conftest import LIMITS
from tests.adapters.transports.test_dbf import PEOPLE, ROWS, dbf
from tests.adapters.transports.test_packed import CSV, workbook, zipped

FILES = {
    "a.csv": CSV,
    "a.csv.gz": gzip.compress(CSV),
    "a.zip": zipped({"a.csv": CSV, "b.dbf": dbf(PEOPLE, ROWS)}),
    "a.dbf": dbf(PEOPLE, ROWS),
    "a.xlsx": workbook(),
}


@pytest.mark.parametrize("name", FILES)
@given(st.data())
def test_a_file_of_which_bytes_were_changed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(FILES[name])
    places = st.integers(0, len(content) - 1)
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), min_size=1, max_size=8)).items():
        content[place] = value
    start = data.draw(places)
    del content[start : start + data.draw(st.integers(0, 40))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            rows = [row for file in open_files(path, LIMITS) for row in file.rows()]
        except UnreadableFile:
            return
    assert all(isinstance(row, Row | BrokenLine) for row in rows)
