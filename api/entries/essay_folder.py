"""The texts of the sources in a folder, read when a rule first needs them and kept while their files stay."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

from api.entries.essay import Essay
from api.entries.text_files import WrongEncoding
from api.schemas.fields import SLUG

#: The most texts that are kept, with the indexes of their words: a few megabytes each.
MAX_KEPT = 16
#: The longest text, in bytes.
MAX_BYTES = 4_000_000


class EssayFolder(Mapping[str, Essay]):
    """The texts in ``<id>.txt`` by the ids of their sources. Files that cannot be read are left out."""

    def __init__(self, folder: Path) -> None:
        """Set the folder. It need not exist."""
        self.folder = folder
        self._kept: OrderedDict[str, tuple[tuple[int, int], Essay]] = OrderedDict()
        self._lock = Lock()

    def __getitem__(self, source: str) -> Essay:
        """Return the text of a source.

        Raises:
            KeyError: the folder has no readable file for it.
        """
        # A slug has no dots and slashes, so that the path is in the folder.
        if not SLUG.fullmatch(source):
            raise KeyError(source)
        path = self.folder / f"{source}.txt"
        try:
            stat = path.stat()
            version = stat.st_mtime_ns, stat.st_size
            with self._lock:
                kept = self._kept.get(source)
                if kept and kept[0] == version:
                    self._kept.move_to_end(source)
                    return kept[1]
            if stat.st_size > MAX_BYTES:
                raise KeyError(source)
            essay = Essay.read(path)
        except (OSError, WrongEncoding):
            raise KeyError(source) from None
        with self._lock:
            self._kept[source] = version, essay
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return essay

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the sources that have a file."""
        paths = sorted(self.folder.glob("*.txt")) if self.folder.is_dir() else []
        return (path.stem for path in paths if SLUG.fullmatch(path.stem))

    def __len__(self) -> int:
        """Return the number of files."""
        return sum(1 for _ in self)
