"""The clubs, assembled."""

from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS
from services.clubs.projections.memberships import memberships
from services.clubs.projections.persons import persons
from services.clubs.reactors import membership_follow_up
from services.clubs.routes import memberships as membership_routes

service = Service(
    name="clubs",
    law=LAW,
    inline=[memberships],
    following=Following(["registry"], [persons], [membership_follow_up]),
    routers=[membership_routes.router],
    migrations=[MIGRATIONS],
)
