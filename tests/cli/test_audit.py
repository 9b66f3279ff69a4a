"""The commands of the access log, as its keeper runs them."""

import json
from pathlib import Path

from hub.clock import today
from tests.cli.running import call_hub


def test_the_log_of_a_hub_is_verified_and_taken_out(hub: dict[str, object], tmp_path: Path) -> None:
    """``hub`` is a migrated hub; its commands for departments leave entries."""
    call_hub("quarantine", "export", tmp_path / "lines.xlsx", "--register", "household_registration", **hub)
    code, told = call_hub("audit", "verify", **hub)
    assert code == 0, told
    assert "0 findings" in told
    day = today().isoformat()
    code, told = call_hub("audit", "export", str(tmp_path / "log.jsonl"), "--since", day, "--until", day, **hub)
    assert code == 0, told
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert f"{len(lines)} entries" in told
    assert all(json.loads(line)["digest"] for line in lines)
    assert (tmp_path / "log.jsonl").stat().st_mode & 0o077 == 0
    code, told = call_hub("audit", "export", str(tmp_path / "log.jsonl"), "--since", day, "--until", day, **hub)
    assert code == 2, "what is there is not replaced"
    assert call_hub("audit", "key", **hub)[1].startswith("-----BEGIN PUBLIC KEY-----")
