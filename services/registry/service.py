"""The registry, assembled."""

from pathlib import Path

from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS
from services.registry.deadlines import DEADLINES
from services.registry.feed.chores import destroy_files, finish_lists, follow_rows
from services.registry.feed.erasing import forget_rows
from services.registry.inline import INLINE
from services.registry.projections.forgettings import SERVICES, forgettings
from services.registry.reactors import REACTORS
from services.registry.routes import ROUTERS

service = Service(
    name="registry",
    law=LAW,
    inline=INLINE,
    deadlines=DEADLINES,
    following=Following(SERVICES, [forgettings], REACTORS),
    routers=ROUTERS,
    migrations=[MIGRATIONS, Path(__file__).parent / "migrations"],
    forget=forget_rows,
    chores=[finish_lists, follow_rows, destroy_files],
)
