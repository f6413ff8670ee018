"""Make a catalogue.

python -m bench.catalogue --quotes 1000000 --database sqlite:////tmp/million.sqlite3
"""

from __future__ import annotations

import argparse

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench.catalogue import Sizes, make


def main() -> None:
    """Make the catalogue that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description="Make up a catalogue.")
    parser.add_argument("--quotes", type=int, default=10_000, help="how many quotes it has")
    parser.add_argument("--database", required=True, help="URL of a database that is new and empty")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another catalogue")
    asked = parser.parse_args()
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown) as progress:
        bars: dict[str, TaskID] = {}

        def told(stage: str, done: int, number: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage)
            progress.update(bars[stage], completed=done, total=number)

        make(asked.database, Sizes(asked.quotes), asked.seed, told)


if __name__ == "__main__":
    main()
