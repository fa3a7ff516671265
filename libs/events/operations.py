"""What operators look at and do by hand, kept as rows that nothing changes or removes."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from libs.events.parked import Parked


@dataclass(frozen=True)
class Operator:
    """Who works, as the machine knows them."""

    name: str


def note_operation(
    connection: Connection, operator: Operator, action: str, outcome: str, of: Parked | None = None
) -> None:
    """Record an action; `of` is the event that it was about. The row is there when the transaction is."""
    about: dict[str, object] = {"taker": None, "source": None, "partition": None, "sequence": None}
    if of is not None:
        about = {"taker": of.taker, "source": of.source, "partition": of.partition, "sequence": of.sequence}
    connection.execute(_NOTE, {"operator": operator.name, "action": action, "outcome": outcome} | about)


_NOTE = text(
    "insert into operation (operator, action, taker, source, partition, sequence, outcome)"
    " values (:operator, :action, :taker, :source, :partition, :sequence, :outcome)"
)
