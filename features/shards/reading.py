"""Reading shards lazily, in any process, no more than what is needed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from features.shards.file import Shard
from features.shards.record import Record, ShardError

ANEW = "bring it back with `dvc checkout --force` or `dvc pull --force`, or make it anew"


class Shards(Mapping[str, Record]):
    """A folder of shards, or one file, as one mapping from clip id to Record.

    Safe to pickle and to fork: each process opens the files itself when it first reads from them.

    check  read every byte once and compare with the digests before anything is used

    Raises ShardError where there is no shard, one is damaged or of another format, two were not
    made the same way, or two hold the same clip.
    """

    def __init__(self, folder: Path | str, *, check: bool = True):
        self.folder = Path(folder)
        self.files: list[Shard] = []
        try:
            for path in paths(self.folder):
                self.files.append(Shard(path, check=check))
                self.files[-1].close()  # there may be more than a process can have open
        except ShardError as error:
            raise ShardError(f"{error}; {ANEW}") from error
        self._where: dict[str, tuple[Shard, int]] = {}
        for file in self.files:
            if file.meta != self.meta:
                raise ShardError(f"{file.path} was not made as {self.files[0].path} was; {ANEW}")
            for index, clip in enumerate(file.clips):
                if clip in self._where:
                    other = self._where[clip][0].path
                    raise ShardError(f"clip {clip!r} is in {other} and in {file.path}; {ANEW}")
                self._where[clip] = (file, index)
        self._order = sorted(self._where, key=str.encode)

    @property
    def meta(self) -> dict[str, Any]:
        """What made the rows; the same in every file of the folder."""
        return self.files[0].meta

    def __getitem__(self, clip: str) -> Record:
        file, index = self._find(clip)
        return file.record(index)

    def outline(self, clip: str) -> Record:
        """One clip, each array of which is read as it is sliced."""
        file, index = self._find(clip)
        return file.outline(index)

    def window(self, clip: str, start: int, stop: int) -> Record:
        """The rows `start` to `stop` of one clip, as a slice has them, reading no others."""
        file, index = self._find(clip)
        return file.record(index, start, stop)

    def rows(self, clip: str) -> int:
        """T, how many rows a clip has, without reading them."""
        file, index = self._find(clip)
        return file.offsets[index + 1] - file.offsets[index]

    def content(self, clip: str) -> str:
        """The sha256 of a clip's rows, without reading them."""
        file, index = self._find(clip)
        return file.contents[index]

    def close(self) -> None:
        """Close what this process has open; reading opens it again."""
        for file in self.files:
            file.close()

    def _find(self, clip: str) -> tuple[Shard, int]:
        if clip not in self._where:
            after = bisect_left(self._order, clip.encode(), key=str.encode)
            near = ", ".join(map(repr, self._order[max(0, after - 1) : after + 1]))
            raise KeyError(
                f"{self.folder} has no clip {clip!r} among its {len(self)}; near: {near}"
            )
        return self._where[clip]

    def __contains__(self, clip: object) -> bool:
        return clip in self._where

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._where)


def paths(place: Path) -> list[Path]:
    """A shard, or the shards of a folder; raises ShardError if there are none."""
    paths = [place] if place.is_file() else sorted(place.glob("[!.]*.h5"))
    inside = sorted({path.parent for path in place.glob("*/[!.]*.h5")})
    if not paths and inside:
        raise ShardError(f"{place} holds no shards itself, but {', '.join(map(str, inside))} do")
    if not paths:
        what = "holds no shards (*.h5)" if place.is_dir() else "does not exist"
        raise ShardError(f"{place} {what}; run `dvc repro` or `dvc pull` first")
    return paths
