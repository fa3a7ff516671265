"""A person of whom the registry is told a completion and a determination, in any order."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from libs.events.contracts.values import EpisodeKind, Sex
from services.registry.domain.determination import LastCompletion, RecordDetermination, determination_decider
from services.registry.domain.episode import CompleteEpisode, CorrectCompletion, episode_decider
from services.registry.domain.person import RegisterPerson, person_decider
from services.registry.feed.files import seeing_all
from services.registry.projections.episodes import last_completion
from tests.services.registry.acting import Acting
from tests.services.reporting.registry import LIFE, TODAY, episode_of
from tests.services.reporting.story import WARD

COMPLETED, DETERMINED = date(2023, 3, 3), date(2023, 6, 5)
DAY = timedelta(days=1)


def somebody(registry: Acting) -> UUID:
    """Somebody registered, who completed nothing that is known."""
    person = uuid4()
    register = RegisterPerson(person, COMPLETED, WARD, "test", "Nguyễn Văn Bí Mật", Sex.MALE, 1990)
    registry.tell(person, person_decider, person, register)
    return person


def complete(registry: Acting, person: UUID, on: date = COMPLETED) -> None:
    kind = EpisodeKind.VOLUNTARY_FACILITY_PUBLIC
    command = CompleteEpisode(episode_of(person), person, kind, on, TODAY, WARD, "7/GCN", "facility-1", LIFE)
    registry.tell(person, episode_decider, episode_of(person), command)


def correct(registry: Acting, person: UUID, to: date) -> None:
    registry.tell(person, episode_decider, episode_of(person), CorrectCompletion(to, TODAY, "nhập sai", LIFE))


def determine(registry: Acting, person: UUID, *, addicted: bool = True, knowing: bool = True) -> None:
    """A body determines; `knowing` says whether the office sees which completion came before."""
    with seeing_all(registry.parts.engine) as connection:
        last = last_completion(connection, person, DETERMINED) if knowing else None
    identity = uuid4()
    command = RecordDetermination(
        identity, person, WARD, DETERMINED, TODAY, addicted, "Trạm y tế", "3", last and LastCompletion(*last), LIFE
    )
    registry.tell(person, determination_decider, identity, command)
