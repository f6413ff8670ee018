"""Packs: the CPU time and the peak memory of `subtext check` and `subtext seed`, by the number of quotes.

    python -m bench.packs [NUMBER OF QUOTES] [URL OF A POSTGRESQL SERVER]

The pack repeats the quotes of this repository, and is loaded twice. PostgreSQL's CPU time is not included.
"""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from shutil import copyfile, copytree
from tempfile import TemporaryDirectory

from api.core.config import ROOT
from bench.databases import temporary_database
from bench.environment import cost

SEEDS, FILM, SOURCE = ROOT / "seeds", "her-2013", "her-perfection-is-the-enemy-of-real"


def write_pack(folder: Path, quotes: int) -> None:
    """Write the film with its quotes repeated from other sources, until it has at least this number."""
    copytree(SEEDS / "films" / FILM, folder / "films" / FILM)
    for name in ("themes.yml", "advisories.yml", "sources.yml"):
        copyfile(SEEDS / name, folder / name)
    source = (SEEDS / "sources.yml").read_text("utf-8").split("\n\n", 1)[1]
    quotes_file = folder / "films" / FILM / "quotes.yml"
    text = quotes_file.read_text("utf-8")
    for number in range(1, -(-quotes // text.count("\n  text:"))):
        for file, entries in ((folder / "sources.yml", source), (quotes_file, text)):
            renamed = re.sub(rf"^{FILM}\S+(?=:$)|{SOURCE}", rf"\g<0>-{number}", entries, flags=re.MULTILINE)
            with file.open("a", encoding="utf-8") as copy:
                copy.write(f"\n{renamed}")


def main() -> None:
    """Measure a pack on SQLite, and on a PostgreSQL server if one is named."""
    quotes, servers = int([*sys.argv, "10000"][1]), sys.argv[2:3]
    with TemporaryDirectory() as folder:
        write_pack(pack := Path(folder) / "pack", quotes)
        for server in ("", *servers):
            sqlite = nullcontext(f"sqlite:///{folder}/loaded.sqlite3")
            with temporary_database(server) if server else sqlite as url:
                for name, *words in (("migrate",), ("check", pack), ("seed", pack), ("seed", pack)):
                    seconds, megabytes = cost(["subtext", name, *map(str, words)], SUBTEXT_DATABASE_URL=url)
                    print(f"{name}: {seconds:.1f} s, {megabytes:.0f} MB {'on PostgreSQL' * bool(server)}")


if __name__ == "__main__":
    main()
