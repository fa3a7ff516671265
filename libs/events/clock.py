"""What time it is: the database's answer, so that every process and the append agree, also in a development year."""

from datetime import datetime

from sqlalchemy import Engine, text

from libs.events.settings import Mode


class ClockRefused(RuntimeError):
    """The development clock was touched outside development, or turned back."""


def now(engine: Engine) -> datetime:
    """This instant as the journal would record it (UTC)."""
    with engine.connect() as connection:
        instant: datetime = connection.execute(text("select journal_now()")).scalar_one()
        return instant


def set_development_clock(owner: Engine, mode: Mode, instant: datetime) -> None:
    """Let the service's database live at `instant` from now on, in development only.

    Forward only, as soon as anything was recorded; `ClockRefused` otherwise.
    """
    if mode is not Mode.DEVELOPMENT:
        raise ClockRefused("the clock can be moved in development only")
    with owner.begin() as connection:
        connection.execute(text("lock table development_clock in exclusive mode"))
        recorded = connection.execute(text("select max(recorded_at) from journal_head where sequence > 0")).scalar_one()
        if recorded is not None and instant < recorded:
            raise ClockRefused(f"the clock only moves forward; something was recorded after {instant.isoformat()}")
        if recorded is None:
            # Marks of an empty journal hold its heads at the time it lived at until now.
            connection.execute(text("update journal_head set recorded_at = '-infinity'"))
        connection.execute(text("delete from development_clock"))
        connection.execute(
            text("insert into development_clock (ahead) values (cast(:instant as timestamptz) - clock_timestamp())"),
            {"instant": instant},
        )


def refuse_moved_clock(engine: Engine, mode: Mode) -> None:
    """End the start of a process outside development whose database has ever had its clock moved."""
    if mode is Mode.DEVELOPMENT:
        return
    with engine.connect() as connection:
        if connection.execute(text("select exists (select from development_clock)")).scalar_one():
            raise ClockRefused("this database lives at a development time; it must not serve outside development")
