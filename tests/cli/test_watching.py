"""`hub quality`, `hub duties` and `hub anomalies`: what the office is told of a delivery that was bad."""

from pathlib import Path

from hub.store import quality
from hub.store.pool import Database
from tests.cli.running import call_hub
from tests.people import id_number

Environment = dict[str, object]
REGISTER = "household_registration"


async def test_a_bad_delivery_shows_in_quality_and_anomalies_until_somebody_closes_it(
    tmp_path: Path, hub: Environment, database: Database
) -> None:
    file = tmp_path / "户籍.csv"
    statuses = ["正常", "", "迁移中", "迁移中", "迁移中"] * 6
    rows = [f"{id_number(place)},甲,{status}" for place, status in enumerate(statuses)]
    file.write_text("\n".join(["公民身份号码,姓名,户籍信息状态", *rows]), encoding="utf-8")
    assert call_hub("load", REGISTER, file, "--unit", "天河区", **hub)[0] == 1
    code, output = call_hub("quality", REGISTER, **hub)
    assert code == 0
    for told in ("天河区", "household", " 30 ", "40.0%", "100.0%", "status 50.0%", "0 open discrepancies"):
        assert told in output, output
    code, output = call_hub("duties", "--register", REGISTER, **hub)
    assert (code, "WITHIN_DAYS 3" in output, "天河区" in output) == (0, True, True), output
    code, output = call_hub("anomalies", **hub)
    assert (code, "ERROR_SHARE" in output, "0.6" in output) == (0, True, True), output
    async with database.connection() as connection:
        (anomaly,) = await quality.anomalies(connection, None, None, None, 10, is_open=True)
    words = ("--words", "the export was mended", "--by", "officer-2")
    code, output = call_hub("anomalies", "close", anomaly.anomaly_id, *words, **hub)
    assert (code, output.strip()) == (0, "closed by officer-2: the export was mended")
    code, output = call_hub("anomalies", "report", anomaly.anomaly_id, *words, **hub)
    assert (code, "was dealt with already" in output) == (2, True)
