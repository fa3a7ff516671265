"""What all routes of one process share."""

from dataclasses import dataclass, field

from libs.events.service import Parts
from libs.web.access import ExpandUnits
from libs.web.limits import Limits, Rate
from libs.web.messages import Catalogue
from libs.web.tokens import Tokens


@dataclass
class Web:
    """A service's opened parts and what stands before them; `names` are the field names that problems may repeat.

    `waiting` counts requests that wait for an event to arrive; `stopping` ends their waiting.
    """

    parts: Parts
    tokens: Tokens
    expand_units: ExpandUnits
    catalogue: Catalogue
    limits: Limits
    rate: Rate
    names: frozenset[str] = field(default_factory=frozenset)
    waiting: int = 0
    stopping: bool = False
