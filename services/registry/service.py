"""The registry, assembled."""

from pathlib import Path

from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS
from services.registry.feed.chores import destroy_files, finish_lists
from services.registry.projections.arrivals import arrivals
from services.registry.projections.cases import cases
from services.registry.projections.determinations import unplaced_determinations
from services.registry.projections.drug_tests import drug_tests
from services.registry.projections.episodes import episodes
from services.registry.projections.identifiers import names, numbers
from services.registry.projections.lists import lists, quarantine
from services.registry.projections.persons import persons
from services.registry.reactors import case_follow_up, relapse_follow_up
from services.registry.routes import cases as case_routes
from services.registry.routes import drug_tests as drug_test_routes
from services.registry.routes import episodes as episode_routes
from services.registry.routes import persons as person_routes
from services.registry.routes import police_lists as list_routes

service = Service(
    name="registry",
    law=LAW,
    inline=[
        persons,
        names,
        numbers,
        episodes,
        cases,
        arrivals,
        drug_tests,
        unplaced_determinations,
        lists,
        quarantine,
    ],
    following=Following(["registry"], [], [case_follow_up, relapse_follow_up]),
    routers=[
        person_routes.router,
        episode_routes.router,
        case_routes.router,
        drug_test_routes.router,
        list_routes.router,
    ],
    migrations=[MIGRATIONS, Path(__file__).parent / "migrations"],
    chores=[finish_lists, destroy_files],
)
