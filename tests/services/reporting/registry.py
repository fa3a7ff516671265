"""Lives as the registry's own deciders write them, in spring 2023 in one ward."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import EpisodeKind, Sex
from libs.events.decider import Decider
from libs.events.decision import Decision
from libs.events.handling import Handler, Outcome, Target
from libs.events.record import Meta
from libs.vietnam.calendar import LOCAL
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    DecideManagement,
    NoteDetermination,
    NotifyTransfer,
    OpenDossier,
    ReceiveTransfer,
    ReportCompletion,
)
from services.registry.domain.determination import LastCompletion, RecordDetermination, determination_decider
from services.registry.domain.drug_test import RecordTest, drug_test_decider
from services.registry.domain.episode import CompleteEpisode, CorrectCompletion, episode_decider
from services.registry.domain.life import Life
from services.registry.domain.person import ConfirmDeath, RegisterPerson, person_decider
from tests.services.reporting.story import WARD

COMPLETED, PRESENTED, DOSSIER, DECIDED = (date(2023, 3, day) for day in (3, 5, 7, 11))
TODAY = date(2024, 6, 1)
LIFE = Life("registry/0/1")


@dataclass(frozen=True)
class Registry:
    """Writes a person's events; each method is one thing that an office does."""

    handler: Handler

    def completer(self) -> UUID:
        """Somebody registered who completed an episode, reported and decided to be managed."""
        person = uuid4()
        self._write(
            person,
            person_decider,
            person,
            RegisterPerson(person, COMPLETED, WARD, "test", "Nguyễn Văn Bí Mật", Sex.MALE, 1990),
        )
        kind = EpisodeKind.VOLUNTARY_FACILITY_PUBLIC
        self._write(
            person,
            episode_decider,
            episode_of(person),
            CompleteEpisode(episode_of(person), person, kind, COMPLETED, COMPLETED, WARD, "7/GCN", "facility-1", LIFE),
        )
        decision = Decision(
            number="15/QĐ-UBND", signed_on=DECIDED, body="commune_chairman", unit=WARD, signer="official-7"
        )
        report = ReportCompletion(
            case_of(person), person, episode_of(person), WARD, kind, COMPLETED, PRESENTED, PRESENTED, LIFE.position
        )
        for command in (report, OpenDossier(DOSSIER, DOSSIER), DecideManagement(decision, DECIDED)):
            self._write(person, case_decider, case_of(person), command)
        return person

    def relapse(self, person: UUID, on: date) -> None:
        """A competent body determines addiction; the case takes note."""
        last = LastCompletion(episode_of(person), COMPLETED, LIFE.position)
        identity = uuid4()
        determined = RecordDetermination(
            identity,
            person,
            WARD,
            on,
            TODAY,
            addicted=True,
            body="station-1",
            certificate_number="3",
            last_completion=last,
            life=LIFE,
        )
        self._write(person, determination_decider, identity, determined)
        self._write(person, case_decider, case_of(person), NoteDetermination(identity, addicted=True, determined_on=on))

    def test(self, person: UUID, on: date) -> None:
        """A confirmed positive."""
        identity = uuid4()
        record = RecordTest(
            identity,
            person,
            WARD,
            on,
            TODAY,
            DrugTestStage.CONFIRMATORY,
            DrugTestResult.POSITIVE,
            "D105-38.1-đ",
            LIFE,
            form_number="9",
        )
        self._write(person, drug_test_decider, identity, record)

    def move(self, person: UUID, on: date, unit: str) -> None:
        """Another unit receives the person."""
        left = datetime(on.year, on.month, on.day, 8, tzinfo=LOCAL)
        for command in (NotifyTransfer(unit, left, left, on), ReceiveTransfer(on, on)):
            self._write(person, case_decider, case_of(person), command)

    def die(self, person: UUID, on: date) -> None:
        """The death is confirmed."""
        self._write(person, person_decider, person, ConfirmDeath(on, on, "test"))

    def correct_completion(self, person: UUID, to: date) -> Outcome:
        """The date of completion was wrong."""
        return self._write(person, episode_decider, episode_of(person), CorrectCompletion(to, TODAY, "misread", LIFE))

    def _write(self, person: UUID, decider: Decider[Any, Any], identity: UUID, command: Any) -> Outcome:
        meta = Meta(uuid4(), "test", uuid4())
        target = Target(decider, f"{decider.category}-{identity}", command, meta, f"person-{person}")
        return self.handler.handle(target)


def episode_of(person: UUID) -> UUID:
    """The id of the person's episode."""
    return uuid5(person, "episode")


def case_of(person: UUID) -> UUID:
    """The id of the person's case."""
    return uuid5(person, "case")
