"""Leave in package-lock.json only the packages that package.json names.

The explorer is served from files that ``ruru`` ships ready-built; the 127 packages that its build and its command line
need (200 MB) are never loaded, so the lock does without them and ``npm ci`` installs one package.
"""

import json
from pathlib import Path

LOCK = Path("package-lock.json")
UNNEEDED = ("dependencies", "peerDependencies", "peerDependenciesMeta", "optionalDependencies", "engines", "bin")


def trim(lock: dict[str, dict[str, dict[str, object]]]) -> None:
    """Remove every package that the root does not name, and what the named ones would ask for."""
    packages = lock["packages"]
    named = [f"node_modules/{name}" for name in dict(packages[""]["dependencies"])]  # type: ignore[call-overload]
    lock["packages"] = {"": packages[""]} | {
        place: {key: value for key, value in packages[place].items() if key not in UNNEEDED} for place in named
    }


if __name__ == "__main__":
    content = json.loads(LOCK.read_text(encoding="utf-8"))
    trim(content)
    LOCK.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
