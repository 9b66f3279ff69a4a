"""Leave in package-lock.json only the packages that package.json names.

The explorer is served from files that ``ruru`` ships ready-built; the 127 packages that its build and its command line
need (200 MB) are never loaded, so the lock does without them and ``npm ci`` installs one package.
"""

import json
from pathlib import Path
from typing import Any

LOCK = Path("package-lock.json")
UNNEEDED = frozenset({"bin", "dependencies", "engines", "peerDependencies", "peerDependenciesMeta"})


def trimmed(packages: dict[str, Any]) -> dict[str, Any]:
    """The root and the packages that it names, which ask for none themselves."""
    root = packages[""]
    named = [f"node_modules/{name}" for name in root["dependencies"]]
    return {"": root} | {
        place: {key: value for key, value in packages[place].items() if key not in UNNEEDED} for place in named
    }


if __name__ == "__main__":
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    lock["packages"] = trimmed(lock["packages"])
    LOCK.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
