"""When a service can begin: pure logic over spans of time.

Hours are said on the wall and become instants first (`open_spans`); everything after that is done with instants. So on the
day with a missing hour nothing begins inside it, and on the day with an hour twice both are there, each an hour long:
a start is every `step` minutes of real time from the opening, and no two starts are the same moment.

What is needed is a list of groups (persons who can do it; benches; …): a start is offered when of each group at least one is
there for the whole stretch and free over it with the buffers. Groups share no resource, so one of each is always a whole
set. Buffers must be free, but may lie outside the hours: what is set up before opening keeps nobody waiting.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce

from service_app.core import clock

Hours = Sequence[tuple[time, time]]


@dataclass(frozen=True, order=True)
class Span:
    """[start, end) in instants."""

    start: datetime
    end: datetime

    def holds(self, other: Span) -> bool:
        """Whether the other lies wholly within."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether they share a moment; spans that touch do not."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Rules:
    """What a service asks of a start, in minutes; the horizon in days, today being day 0."""

    minutes: int
    step: int = 15
    before: int = 0
    after: int = 0
    lead: int = 0
    horizon_days: int = 60

    def __post_init__(self) -> None:
        if min(self.minutes, self.step) < 1 or min(self.before, self.after, self.lead, self.horizon_days) < 0:
            raise ValueError(self)

    def stretch(self, start: datetime) -> Span:
        """The appointment itself."""
        return Span(start, start + timedelta(minutes=self.minutes))

    def blocked(self, start: datetime) -> Span:
        """The appointment with its buffers."""
        own = self.stretch(start)
        return Span(own.start - timedelta(minutes=self.before), own.end + timedelta(minutes=self.after))


@dataclass(frozen=True)
class Timetable:
    """One resource, `key`: the spans in which it is there, joined and in order, and those in which it is taken or absent."""

    key: int
    there: tuple[Span, ...]
    taken: tuple[Span, ...] = ()

    def can(self, stretch: Span, blocked: Span) -> bool:
        """Whether it is there for the stretch and free over it with its buffers."""
        at = bisect_right(self.there, stretch.start, key=lambda span: span.start) - 1
        if at < 0 or not self.there[at].holds(stretch):
            return False
        return not any(span.overlaps(blocked) for span in self.taken)


@dataclass(frozen=True)
class Slot:
    """A start that can be had, and by whom: for each group the keys that are free."""

    starts_at: datetime
    ends_at: datetime
    free: tuple[tuple[int, ...], ...]


def open_spans(hours: Mapping[date, Hours], zone: str) -> tuple[Span, ...]:
    """The hours of some days on the wall as instants, in order, those that touch or overlap joined. What the clock shows
    twice means the first time, what it does not show moves on by the missing hour (`clock.at_local`); 23:59 is how one
    writes the end of the day."""
    found = []
    for day, stretches in hours.items():
        for opens, closes in stretches:
            until = clock.day_bounds(day, zone)[1] if closes >= time(23, 59) else clock.at_local(day, closes, zone)
            span = Span(clock.at_local(day, opens, zone), until)
            if span.start < span.end:
                found.append(span)
    return joined(found)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, those that touch or overlap made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def common(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """Where both are; each in order and joined."""
    found = []
    for one in first:
        for other in second:
            start, end = max(one.start, other.start), min(one.end, other.end)
            if start < end:
                found.append(Span(start, end))
    return joined(found)


def earliest(rules: Rules, now: datetime) -> datetime:
    """The first moment that is far enough away."""
    return now + timedelta(minutes=rules.lead)


def last_day(rules: Rules, now: datetime, zone: str) -> date:
    """The last civil day that can be booked."""
    return clock.local(now, zone).date() + timedelta(days=rules.horizon_days)


def find(
    rules: Rules, door: Sequence[Span], groups: Sequence[Sequence[Timetable]], after: datetime, before: datetime
) -> Iterator[Slot]:
    """The slots whose start lies in [after, before), in order. The grid begins at each opening of the door, so that the
    same starts are offered whoever happens to be there."""
    if not groups or not all(groups):
        return
    relevant = [_relevant(group, rules, after, before) for group in groups]
    for start in _grid(rules, door, after, before):
        stretch, blocked = rules.stretch(start), rules.blocked(start)
        free = tuple(tuple(one.key for one in group if one.can(stretch, blocked)) for group in relevant)
        if all(free):
            yield Slot(start, stretch.end, free)


def _relevant(group: Sequence[Timetable], rules: Rules, after: datetime, before: datetime) -> list[Timetable]:
    """Without what is taken long before or after: it is looked at for every start."""
    window = Span(after - timedelta(minutes=rules.before), before + timedelta(minutes=rules.minutes + rules.after))
    return [Timetable(one.key, one.there, tuple(each for each in one.taken if each.overlaps(window))) for one in group]


def _grid(rules: Rules, door: Sequence[Span], after: datetime, before: datetime) -> Iterator[datetime]:
    step = timedelta(minutes=rules.step)
    for span in door:
        passed = max(timedelta(0), after - span.start)
        start = span.start + step * -(-passed // step)
        while start < before and rules.stretch(start).end <= span.end:
            yield start
            start += step


def least_busy(keys: Sequence[int], busy: Mapping[int, timedelta], rank: Mapping[int, int]) -> int:
    """Whom to give it: the least skilled who can do it, so that those who can do more stay free; then the one with the
    least to do that day; then always the same."""
    return min(keys, key=lambda key: (rank.get(key, 0), busy.get(key, timedelta(0)), key))


def door_of(groups: Sequence[Sequence[Timetable]]) -> tuple[Span, ...]:
    """Where nobody has to find an open door (one goes to them), the grid follows the hours of who goes."""
    return reduce(common, (joined(span for one in group for span in one.there) for group in groups if group))


def days_of(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=away) for away in range((last - first).days + 1)]


def index_of(slots: Sequence[Slot], start: datetime) -> int:
    """The place of a start among slots in order, -1 when it is none of them."""
    at = bisect_left(slots, start, key=lambda slot: slot.starts_at)
    return at if at < len(slots) and slots[at].starts_at == start else -1
