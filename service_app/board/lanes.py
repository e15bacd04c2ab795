"""The open table of lane kinds: what stands in the lanes of the board, and who fills them.

A room registers its kind when it is imported: `lanes.add(LaneKind("benches", _l("Benches"), "work:read", load))`, where
`load(window, wanted)` answers one page of lanes with their bars, in a number of statements that does not grow with them.
Registered twice stands once, so that an app made anew changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from service_app.board.window import Window
from service_app.board.words import GROUP_WORD, KEYS, LEGEND, NOTHING, SEARCH

PAGE = 100
MOST = 300


@dataclass(frozen=True)
class Wanted:
    """What the board is narrowed to; empty means all. `booked`: only lanes with something on them in the window; `size`:
    lanes a page."""

    text: str = ""
    product: str = ""
    category: str = ""
    place: str = ""
    booked: bool = False
    page: int = 1
    size: int = PAGE

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.product or self.category or self.place or self.booked)


@dataclass
class Bar:
    """One booking, or one reason why a thing cannot be had, over [start, end); end None: without end.

    `tone` and `word` say its state (colour, shape and word); `kind` how it is drawn. `url` opens its card. `key` names the
    line it belongs to (`C-2026-0042/1`); `moves` what may be moved of it: 'whole', 'end', or nothing, and `at` the moment
    that moves. `tails` are the hatched stretches around it. `row` is the place among those that overlap it, from 0.
    """

    start: datetime
    end: datetime | None
    tone: str
    kind: str
    word: str
    code: str
    name: str = ""
    url: str = ""
    key: str = ""
    moves: str = ""
    at: datetime | None = None
    version: int = 0
    is_conflict: bool = False
    is_open: bool = False
    tails: Sequence[tuple[datetime, datetime | None]] = ()
    row: int = 0


@dataclass
class Lane:
    """One thing, person, bench or vehicle: a code, a name, where it leads. Bars move between lanes of one `group`, which is
    headed by `group_name`. `key` is how a lane is named when a bar is dropped on it, where its code names it not alone."""

    code: str
    name: str
    url: str
    group: str = ""
    group_name: str = ""
    state: tuple[str, Any] | None = None
    bars: list[Bar] = field(default_factory=list)
    rows: int = 1
    key: str = ""

    def stack(self) -> None:
        """Give each bar a row in which nothing overlaps it, the lowest that is free; a lane is as high as it has rows."""
        ends: list[datetime | None] = []
        for bar in sorted(self.bars, key=lambda bar: bar.start):
            free = (row for row, end in enumerate(ends) if end is not None and end <= bar.start)
            bar.row = next(free, len(ends))
            ends[bar.row : bar.row + 1] = [bar.end]
        self.rows = max(len(ends), 1)


@dataclass(frozen=True)
class LanePage:
    """A page of lanes out of `total`."""

    lanes: Sequence[Lane]
    total: int


@dataclass(frozen=True)
class Group:
    """Lanes of one kind of thing, between which bars move."""

    code: str
    name: str
    lanes: Sequence[Lane]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands on any of them."""
        return not any(lane.bars for lane in self.lanes)


def grouped(lanes: Sequence[Lane]) -> list[Group]:
    """Lanes that follow one another in groups."""
    runs = (list(run) for _code, run in groupby(lanes, key=lambda lane: lane.group))
    return [Group(run[0].group, run[0].group_name, run) for run in runs]


Load = Callable[[Window, Wanted], LanePage]


@dataclass(frozen=True)
class LaneKind:
    """What the lanes are: the key in the address, the word on the tab, the right to see it, and who fills them. `writes` is
    the right to move a bar, `view` the view it begins with, `search` what one types to find a lane, `narrows` whether
    product, category and place narrow it; `legend`, `group_word`, `keys` and `nothing` are what the page says of it."""

    key: str
    word: Any
    permission: str
    load: Load
    writes: str = "contract:write"
    view: str = "weeks"
    search: Any = SEARCH
    narrows: bool = True
    legend: Sequence[tuple[str, Any]] = LEGEND
    group_word: Any = GROUP_WORD
    keys: Any = KEYS
    nothing: tuple[Any, Any] = NOTHING


_kinds: dict[str, LaneKind] = {}


def add(kind: LaneKind) -> None:
    """Give the board a kind of lanes."""
    _kinds[kind.key] = kind


def kinds(can: Callable[[str], bool]) -> list[LaneKind]:
    """The kinds that a person with these rights sees, in the order in which the rooms were opened."""
    return [kind for kind in _kinds.values() if can(kind.permission)]
