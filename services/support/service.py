"""Support, assembled."""

from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS
from services.support.projections.persons import persons
from services.support.projections.trainings import trainings
from services.support.reactors import training_follow_up
from services.support.routes import trainings as training_routes

service = Service(
    name="support",
    law=LAW,
    inline=[trainings],
    following=Following(["registry"], [persons], [training_follow_up]),
    routers=[training_routes.router],
    migrations=[MIGRATIONS],
)
