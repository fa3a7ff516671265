"""Asks an indicator: finds the instant, reads the facts as known then, counts, and answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from libs.events.decider import Invalid
from libs.events.marks import known_until
from libs.law.law import LAW, Law
from libs.vietnam.calendar import LOCAL
from libs.web.refusals import NotYetKnown
from services.reporting.answers import Answer
from services.reporting.facts import SOURCE
from services.reporting.figures import answer
from services.reporting.indicators import indicator_of
from services.reporting.indicators.indicator import Indicator
from services.reporting.indicators.periods import check_year
from services.reporting.indicators.question import Frame, Question, frame_of
from services.reporting.indicators.tally import Tally
from services.reporting.publishing import suppressed


@dataclass(frozen=True)
class Count:
    """A question with what was counted for it; answering and explaining start from the same one."""

    question: Question
    indicator: Indicator
    frame: Frame
    tally: Tally


class NotYetHappened(Invalid):
    """The instant as of which something is to be known lies in the future; `now` is what the clock says here."""

    problem = "not-yet-happened"


def ask(
    connection: Connection,
    question: Question,
    law: Law = LAW,
    *,
    sources: Sequence[str] = (SOURCE,),
    published: bool = False,
) -> Answer:
    """The answer, read in the caller's transaction, which should be REPEATABLE READ, and within its scope.

    The same question at the same instant gives the same answer, byte for byte. `sources` are the services whose events
    reporting follows. Refuses an unknown indicator or unit, a window that is not offered, an instant in the future, and
    one up to which not everything is known here (`NotYetKnown`). `published` withholds small cells.
    """
    count = counted(connection, question, law, sources=sources)
    found = answer(count.question, count.indicator, count.frame, count.tally)
    return suppressed(found) if published else found


def counted(connection: Connection, question: Question, law: Law, *, sources: Sequence[str]) -> Count:
    """Count for a question, as known at its instant or, without one, at the latest that is complete."""
    indicator = indicator_of(question.indicator)
    at = instant(connection, question.as_known_on, sources)
    frame = frame_of(question, indicator.windows, at, law)
    return Count(question, indicator, frame, indicator.evaluate(indicator.read(connection, frame), frame))


def instant(connection: Connection, wanted: datetime | None, sources: Sequence[str]) -> datetime:
    """The instant wanted, or the oldest of the newest marks of all sources; refused when it lies after that."""
    if wanted is not None and wanted.utcoffset() is None:
        raise Invalid("an instant without an offset is no instant")
    if wanted is not None:
        check_year(wanted.year)
    known = known_until(connection, list(sources))
    if known is None or (wanted is not None and wanted > known):
        now: datetime = connection.execute(text("select journal_now()")).scalar_one()
        if wanted is not None and wanted > now:
            raise NotYetHappened(
                "nothing is known as of the future", now=now.astimezone(LOCAL).isoformat("T", "seconds")
            )
        raise NotYetKnown("not everything of that instant has arrived here")
    return known if wanted is None else wanted
