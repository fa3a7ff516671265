"""What a later attempt may find otherwise: nothing was done then that would not be done again, and nothing parks."""

from libs.events.checkpoints import OwnershipLost
from libs.events.database import Away
from libs.events.handling import VersionChanged
from libs.events.journal import JournalUnverified
from libs.events.kafka import LogError

# Servers away, a partition or a stream that others hold, a journal that its relay has not compared yet.
Transient = (LogError, OwnershipLost, VersionChanged, JournalUnverified, *Away)
