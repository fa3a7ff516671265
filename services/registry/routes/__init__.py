"""The registry's REST routes, one file a noun: they fill commands with facts and hand them on."""

from services.registry.routes import cases, determinations, drug_tests, episodes, ledger, persons, police_lists

ROUTERS = [one.router for one in (persons, episodes, cases, ledger, drug_tests, determinations, police_lists)]
