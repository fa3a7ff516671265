"""Every table of the registry is rebuilt from its journal, those with something that is there once only too."""

from contextlib import closing

from libs.events.feeds import JournalFeed
from libs.events.rebuild import Rebuild
from services.registry.inline import INLINE
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import Office, done, made, refused
from tests.services.registry.routes.test_numbers import number, registration


def test_all_tables_are_rebuilt_as_they_are(office: Office, officer: Desk) -> None:
    shown = number()
    made(officer.post("/v1/persons", registration(shown)))
    second = made(officer.post("/v1/persons", registration(shown, full_name="Trần Văn Hai", disputed=True)))
    later, earlier = office.completion(second, on="2025-03-05"), office.completion(second, on="2025-03-03")
    for episode, on in ((earlier, "2025-03-02"), (later, "2025-03-03"), (earlier, "2025-03-05")):
        body = {"completed_on": on, "reason": "nhập sai"}
        done(officer.post(f"/v1/completed-episodes/{episode}/corrections", body))
    office.react()
    with closing(office.bench.open("worker")) as worker:
        rebuild = Rebuild("inline", INLINE, worker.codec, JournalFeed(worker.journal), worker.store)
        assert rebuild.run().same
    # The index of the new version refuses as that of the old one did.
    refused(officer.post("/v1/persons", registration(shown)), 409, "number-taken")
    again = {"completed_on": "2025-03-03", "reason": "nhập sai"}
    refused(officer.post(f"/v1/completed-episodes/{earlier}/corrections", again), 409, "completion-known")
