"""Generate a catalogue.

python -m bench.catalogue --quotes 1000000 --database sqlite:////tmp/million.sqlite3
"""

from __future__ import annotations

import argparse

from bench.catalogue import generate


def main() -> None:
    """Generate the catalogue that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description="Generate a catalogue.")
    parser.add_argument("--quotes", type=int, default=10_000, help="number of quotes")
    parser.add_argument("--database", required=True, help="URL of a database that is new and empty")
    parser.add_argument("--seed", type=int, default=1, help="another seed is another catalogue")
    args = parser.parse_args()
    generate(args.database, args.quotes, args.seed, _print_progress)


def _print_progress(stage: str, done: int, number: int) -> None:
    print(f"\r{stage}: {done:,} of {number:,}", end="\n" if done == number else "", flush=True)


if __name__ == "__main__":
    main()
