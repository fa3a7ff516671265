"""The offices of the story: each act of a life as the REST command that an office sends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.demo.client import Client
from deploy.demo.lives import Act, Deed
from libs.law.l120 import L120_IN_FORCE
from libs.vietnam.calendar import LOCAL


@dataclass
class Known:
    """What the offices know of a person by now: the ids that the registry gave."""

    person_id: str
    unit: str
    episode_id: str | None = None
    completed_on: date | None = None
    case_id: str | None = None


@dataclass
class Offices:
    """Sends acts to the registry, each person's from one office; `known` maps a person's key to what was learned."""

    registry: Sequence[Client]
    known: dict[int, Known]
    commands: int = 0
    positions: dict[str, str] = field(default_factory=dict)

    def do_all(self, deeds: list[Deed]) -> int:
        """Some acts on one person, in order; how many. People whom the registry does not know are left alone."""
        known = [deed for deed in deeds if deed.key in self.known]
        for deed in known:
            self.do(deed)
        return len(deeds)

    def do(self, deed: Deed) -> None:
        """One act; the ids it yields are kept, and where its event lies."""
        who = self.known[deed.key]
        path, body = getattr(self, f"_{deed.act}")(deed, who)
        office = self.registry[deed.key % len(self.registry)]
        answer = office.command(path, body, key=f"demo-{deed.key}-{deed.order}-{deed.act}")
        self.commands += 1
        if deed.act is Act.COMPLETE:
            who.episode_id, who.completed_on = answer.body["id"], deed.on
        elif deed.act is Act.REPORT:
            who.case_id = answer.body["id"]
        elif deed.act is Act.RECEIVE:
            who.unit = deed.facts["unit"]
        if answer.body["position"]:
            place, sequence = answer.body["position"].split("=")
            self.positions[place] = max(self.positions.get(place, "0"), sequence, key=int)

    def _complete(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        adult = deed.facts["kind"] == "compulsory_adult"
        return "/v1/completed-episodes", {
            "person_id": who.person_id,
            "kind": deed.facts["kind"],
            "completed_on": deed.on,
            "unit": who.unit,
            "certificate_number": f"{deed.key}/GCN-{deed.on.year}",
            "issuer": "Cơ sở cai nghiện ma túy",
            **({"age_at_decision": 25, "age_at_completion": 27} if adult else {}),
        }

    def _report(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return "/v1/cases", {"episode_id": who.episode_id, "unit": who.unit, "presented_on": deed.on}

    def _dossier(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/dossier", {"opened_on": deed.on}

    def _decide(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/management-decisions", _decision(deed, who.unit, "QĐ-UBND")

    def _helper(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        helper = uuid5(NAMESPACE_URL, f"helper-{deed.key % 60}")
        return f"/v1/cases/{who.case_id}/helpers", {
            "helper_id": str(helper),
            "organisation": "Hội Cựu chiến binh",
            "assigned_on": deed.on,
        }

    def _test(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        positive = deed.facts["positive"]
        return "/v1/drug-tests", {
            "person_id": who.person_id,
            "sampled_on": deed.on,
            "stage": "confirmatory" if positive else "screening",
            "result": "positive" if positive else "negative",
            "ground": "L120-23.1-e" if deed.on >= L120_IN_FORCE else "D105-38.1-đ",
            "substances": ["methamphetamine"] if positive else [],
            **({"form_number": f"{deed.key}/Mẫu03"} if positive else {}),
        }

    def _determine(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return "/v1/addiction-determinations", {
            "person_id": who.person_id,
            "determined_on": deed.on,
            "addicted": deed.facts["addicted"],
            "body": "Trung tâm Y tế",
            "certificate_number": f"{deed.key}-{deed.order}/XĐTTN",
        }

    def _absence(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        facts = {"absent_from": deed.facts["since"], "absent_until": deed.on, "reported": deed.facts["reported"]}
        return f"/v1/cases/{who.case_id}/absences", facts

    def _transfer(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        left = datetime.combine(deed.on, time(9), LOCAL)
        told = left + timedelta(hours=5)
        facts = {"to_unit": deed.facts["to"], "left_at": _instant(left), "notified_at": _instant(told)}
        return f"/v1/cases/{who.case_id}/transfers", facts

    def _receive(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/transfers/receipt", {"received_on": deed.on}

    def _imprison(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/imprisonments", {"imprisoned_on": deed.on}

    def _release(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/releases", {"released_on": deed.on}

    def _die(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/persons/{who.person_id}/death", {"died_on": deed.on}

    def _correct(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        right = (who.completed_on or deed.on) + timedelta(days=deed.facts["days"])
        return f"/v1/completed-episodes/{who.episode_id}/corrections", {
            "completed_on": right,
            "reason": "giấy chứng nhận ghi ngày khác",
        }

    def _review(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        return f"/v1/cases/{who.case_id}/removal-reviews", {"opened_on": deed.on}

    def _remove(self, deed: Deed, who: Known) -> tuple[str, dict[str, Any]]:
        facts = _decision(deed, who.unit, "QĐ-ĐRDS") | {"certificate_number": f"{deed.key}/Mẫu54"}
        return f"/v1/cases/{who.case_id}/removals", facts | (
            {"despite": deed.facts["despite"]} if deed.facts["despite"] else {}
        )


def _decision(deed: Deed, unit: str, suffix: str) -> dict[str, Any]:
    number = f"{deed.key}-{deed.order}/{deed.on.year}/{suffix}"
    return {"number": number, "signed_on": deed.on, "body": "commune_chairman", "unit": unit, "signer": "official-1"}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
