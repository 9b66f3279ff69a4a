"""The peer: PostGraphile over ordinary tables, and what PostgreSQL alone does for the short question over them.

Installs the peer with npm into a folder that is kept and never committed, with the Node that it needs; its
configuration lies in ``bench/peer``. Gives its command and environment, and the figures of pgbench.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.load import Outcome
from bench.tables import DATABASE

FILES = Path(__file__).with_name("peer")
LOCK = "package-lock.json"
COMMAND = ("node_modules/.bin/node", "server.js")
STATEMENT = """\\set number random(1, {persons})
select person.id_number, person.name, sex.code, sex.name, ethnicity.code, ethnicity.name, person.birth_date,
    life.code, life.name, marital.code, marital.name, employment.code, employment.name, person.social_security_number,
    town.code, town.name, station.code, station.name, status.code, status.name
from person
left join coded as sex on sex.id = person.sex_id
left join coded as ethnicity on ethnicity.id = person.ethnicity_id
left join coded as life on life.id = person.life_status_id
left join coded as marital on marital.id = person.marital_status_id
left join coded as employment on employment.id = person.employment_status_id
left join household on household.person_id = person.id
left join coded as town on town.id = household.town_id
left join coded as station on station.id = household.police_station_id
left join coded as status on status.id = household.status_id
where person.id = :number;
"""


class PeerUnavailable(RuntimeError):
    """The peer cannot be installed: npm is missing, or could not fetch it. `--no-peer` measures without it."""


def install(directory: Path) -> list[str]:
    """The command that serves the peer, installed into ``directory`` unless this version of it is there already."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in FILES.iterdir():
        if file.name != LOCK and file.is_file():
            shutil.copy(file, directory)
    wanted, there = FILES / LOCK, directory / "installed.json"
    if not there.exists() or there.read_bytes() != wanted.read_bytes():
        shutil.copy(wanted, directory)
        _fetch(directory)
        shutil.copy(wanted, there)
    program, script = COMMAND
    return [str(directory / program), str(directory / script)]


def _fetch(directory: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise PeerUnavailable(PeerUnavailable.__doc__)
    fetched = subprocess.run(  # noqa: S603 - npm, told where
        [npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=directory, check=False, capture_output=True
    )
    if fetched.returncode != 0:
        raise PeerUnavailable(PeerUnavailable.__doc__)


def environment(url: str, connections: int) -> dict[str, str]:
    """What leads the peer to its database on the server of ``url``, with as many connections as the hub has."""
    return {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PGHOST": parse_qs(urlsplit(url).query)["host"][0],
        "PGUSER": urlsplit(url).username or "hub",
        "PGDATABASE": DATABASE,
        "PEER_POOL_SIZE": str(connections),
    }


def ask_alone(program: Path, given: Mapping[str, str], persons: int, seconds: float, seed: int) -> Outcome:
    """What one prepared statement for the short question's items gets out of PostgreSQL, asked by pgbench."""
    with tempfile.TemporaryDirectory() as name:
        script, log = Path(name, "short.sql"), Path(name, "log")
        script.write_text(STATEMENT.format(persons=persons))
        options = [
            *("--no-vacuum", "--protocol=prepared", f"--client={given['PEER_POOL_SIZE']}", f"--random-seed={seed}"),
            *(f"--time={max(1, round(seconds))}", f"--file={script}", "--log", f"--log-prefix={log}"),
        ]
        told = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [program, *options], env=dict(given), check=True, capture_output=True, text=True
        ).stdout
        took = sorted(int(line.split()[2]) / 1000 for file in Path(name).glob("log.*") for line in file.open())
    rate = re.search(r"tps = ([\d.]+)", told)
    if not rate or not took:
        raise RuntimeError("pgbench tells no rate")
    return Outcome(len(took), len(took) / float(rate[1]), took[len(took) // 2], took[len(took) * 99 // 100])
