"""What the registry told, line by line, and the facts that it makes: known late, corrected, or not known yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from libs.events.contracts.registry import case, determination, drug_test, episode, person
from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import Category, EndReason, EpisodeKind, Sex
from libs.events.decision import Decision
from libs.events.event import Event
from libs.events.projection import Projection
from libs.vietnam.calendar import LOCAL, add_months
from services.reporting.facts.cases import cases
from services.reporting.facts.completions import completions
from services.reporting.facts.drug_tests import drug_tests
from services.reporting.facts.persons import persons
from services.reporting.indicators.lives import Facts

# Hàng Gòn and Long Khánh, two wards of Đồng Nai, and Hoàn Kiếm's ward in Hà Nội.
WARD, NEAR, FAR = "2025:26113", "2025:26080", "2025:00070"
PROVINCE = "2025:75"
KNOWN = "registry/0/1"
NAMES = UUID("5b0f4f4e-0000-4000-8000-000000000000")


def evening(day: date) -> datetime:
    """The last second of a day in Viet Nam."""
    return datetime.combine(day, time(23, 59, 59), LOCAL)


@dataclass
class Story:
    """Events with the instant at which each became known: by default at noon of the day it happened."""

    told: list[tuple[datetime, Event]] = field(default_factory=list)

    def tell(self, event: Event, on: date, known: date | None = None) -> None:
        """One more event; `known` is the day on which the registry learned of it."""
        noon = datetime.combine(known or on, time(12), LOCAL)
        self.told.append((noon + timedelta(seconds=len(self.told)), event))

    def person(self, completed_on: date, unit: str = WARD, known: date | None = None) -> "Person":
        """Somebody who completed an episode and returned to a unit."""
        identity = uuid5(NAMES, f"person {len(self.told)}")
        born = person.PersonRegistered(
            person_id=identity,
            registered_on=completed_on,
            unit=unit,
            source="test",
            full_name="Nguyễn Văn Không",
            sex=Sex.MALE,
            birth_year=1990,
        )
        self.tell(born, completed_on, known)
        somebody = Person(self, identity, unit)
        somebody.completed(completed_on, known=known)
        return somebody

    def until(self, at: datetime) -> list[tuple[datetime, Event]]:
        """What was known at an instant, in the order in which it became known."""
        return sorted((one for one in self.told if one[0] <= at), key=lambda one: one[0])

    def facts(self, at: datetime) -> Facts:
        """The rows of the fact tables as known at an instant."""
        events = [event for _, event in self.until(at)]
        return Facts(*(list(folded(table, events)) for table in (completions, cases, drug_tests, persons)))


def folded(table: Projection[Any], events: list[Event]) -> Iterator[Any]:
    """The rows that a projection makes of events."""
    rows: dict[Any, Any] = {}
    for event in events:
        for key in table.keys_of(event):
            rows[key] = table.folds[type(event)].evolve(event, rows.get(key))
    return (row for row in rows.values() if row is not None)


@dataclass
class Person:
    """Somebody to whom things happen; each method tells one event, `known` when not on its own day."""

    story: Story
    id: UUID
    unit: str
    episodes: list[UUID] = field(default_factory=list)
    tests: list[UUID] = field(default_factory=list)

    @property
    def case(self) -> UUID:
        """The case after the last completion."""
        return uuid5(self.episodes[-1], "case")

    def completed(self, on: date, unit: str | None = None, known: date | None = None) -> "Person":
        self.episodes.append(uuid5(self.id, f"episode {len(self.episodes)}"))
        event = episode.EpisodeCompleted(
            episode_id=self.episodes[-1],
            person_id=self.id,
            kind=EpisodeKind.COMPULSORY_ADULT,
            completed_on=on,
            unit=unit or self.unit,
            certificate_number="1",
            issuer="test",
            relied_on=KNOWN,
        )
        return self._tell(event, on, known)

    def completion_corrected(self, to: date, was: date, known: date) -> "Person":
        corrected = episode.CompletionCorrected(
            episode_id=self.episodes[-1], person_id=self.id, completed_on=to, was=was, reason="test", relied_on=KNOWN
        )
        return self._tell(corrected, to, known)

    def relapsed(self, on: date, known: date | None = None, after: int = -1) -> "Person":
        event = determination.RelapseConfirmed(
            determination_id=uuid5(self.id, f"determination {on}"),
            person_id=self.id,
            episode_id=self.episodes[after],
            unit=self.unit,
            determined_on=on,
            relied_on=KNOWN,
        )
        return self._tell(event, on, known)

    def died(self, on: date, known: date | None = None) -> "Person":
        return self._tell(person.PersonDied(person_id=self.id, died_on=on, source="test"), on, known)

    def tested(
        self,
        on: date,
        result: DrugTestResult = DrugTestResult.POSITIVE,
        stage: DrugTestStage = DrugTestStage.CONFIRMATORY,
        known: date | None = None,
    ) -> "Person":
        self.tests.append(uuid5(self.id, f"test {len(self.tests)}"))
        event = drug_test.DrugTestRecorded(
            test_id=self.tests[-1],
            person_id=self.id,
            unit=self.unit,
            sampled_on=on,
            stage=stage,
            result=result,
            ground="D105-38.1-đ",
            relied_on=KNOWN,
        )
        return self._tell(event, on, known)

    def test_annulled(self, on: date) -> "Person":
        event = drug_test.DrugTestAnnulled(test_id=self.tests[-1], person_id=self.id, annulled_on=on, reason="test")
        return self._tell(event, on, None)

    def reported(self, on: date, known: date | None = None) -> "Person":
        event = case.CompletionReported(
            episode_id=self.episodes[-1],
            unit=self.unit,
            kind=EpisodeKind.COMPULSORY_ADULT,
            completed_on=on,
            presented_on=on,
            dossier_due_on=None,
            rules=(),
            relied_on=KNOWN,
            **self._about,
        )
        return self._tell(event, on, known)

    def managed(self, on: date, ends: date | None = None) -> "Person":
        """Reported and decided on one day, for two years unless told otherwise."""
        self.reported(on)
        event = case.ManagementDecided(
            episode_id=self.episodes[-1],
            unit=self.unit,
            category=Category.C,
            category_reason="test",
            term_starts_on=on,
            term_ends_on=ends or add_months(on, 24),
            decision=Decision(number="1", signed_on=on, body="test", unit=self.unit, signer="official-1"),
            in_time=True,
            **self._about,
        )
        return self._tell(event, on, None)

    def absent(self, start: date, end: date, *, reported: bool = False) -> "Person":
        event = case.AbsenceRecorded(
            absent_from=start,
            absent_until=end,
            reported=reported,
            term_ends_on=date(2027, 1, 1),
            rules=(),
            **self._about,
        )
        return self._tell(event, start, end)

    def left(self, on: date, to: str) -> "Person":
        event = case.TransferNotified(
            from_unit=self.unit,
            to_unit=to,
            left_on=on,
            left_at=evening(on),
            due="2026-01-01",
            in_time=True,
            rules=(),
            **self._about,
        )
        return self._tell(event, on, None)

    def received(self, on: date, unit: str) -> "Person":
        left, self.unit = self.unit, unit
        event = case.TransferReceived(from_unit=left, unit=unit, received_on=on, rules=(), **self._about)
        return self._tell(event, on, None)

    def paused(self, on: date) -> "Person":
        return self._tell(case.CasePaused(paused_on=on, rules=(), **self._about), on, None)

    def released(self, on: date, ends: date | None = None) -> "Person":
        event = case.CaseResumed(resumed_on=on, term_ends_on=ends or add_months(on, 12), rules=(), **self._about)
        return self._tell(event, on, None)

    def ended(self, reason: EndReason, on: date, known: date | None = None) -> "Person":
        return self._tell(case.CaseEnded(reason=reason, ended_on=on, rules=(), **self._about), on, known)

    def removed(self, on: date) -> "Person":
        event = case.RemovalApproved(
            approved_on=on,
            certificate_number="1",
            decision=Decision(number="2", signed_on=on, body="test", unit=self.unit, signer="official-1"),
            **self._about,
        )
        return self._tell(event, on, None)

    @property
    def _about(self) -> dict[str, Any]:
        return {"case_id": self.case, "person_id": self.id}

    def _tell(self, event: Event, on: date, known: date | None) -> "Person":
        self.story.tell(event, on, known)
        return self


Build = Callable[[Story], None]
