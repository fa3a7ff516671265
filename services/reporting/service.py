"""Reporting, assembled."""

from libs.events.follower import Following
from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS
from services.reporting.facts.cases import cases
from services.reporting.facts.completions import completions
from services.reporting.facts.drug_tests import drug_tests
from services.reporting.facts.persons import persons
from services.reporting.routes import indicators as indicator_routes

service = Service(
    name="reporting",
    law=LAW,
    following=Following(["registry"], [persons, completions, cases, drug_tests]),
    routers=[indicator_routes.router],
    migrations=[MIGRATIONS],
)
