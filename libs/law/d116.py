"""Decree 116/2021/NĐ-CP on rehab and post-rehab management: in force 01/01/2022, its end not known (R-40).

A row without `valid_to` ends when the policy switch `d116.end` says so.
"""

from decimal import Decimal

from libs.law.l73 import L73_IN_FORCE, L73_LAST_DAY
from libs.law.l120 import L120_IN_FORCE
from libs.law.rule import Rule
from libs.law.values import Form, HelperDuty, Silent, WorkingDays
from libs.law.words import CompetentCommune, Counting, DecisionField, DecisionRecipient, Protection, TestTiming

D116_END = "d116.end"

D116 = (
    Rule(
        "R-10",
        "dossier.open_within",
        WorkingDays(3),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 77",
        holds="enforced",
        note="dossier made and person listed, from the person's presenting at the commune",
    ),
    Rule(
        "R-11",
        "competence.without_stable_residence",
        CompetentCommune.WHERE_VIOLATION_WAS_FOUND,
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="D116 Art 77",
        holds="enforced",
        note="with a stable residence, the commune of residence",
    ),
    Rule(
        "R-13",
        "dossier.contents",
        tuple(map(Form, ("Mẫu 50", "Mẫu 30", "Mẫu 26a", "Mẫu 26b", "Mẫu 46"))),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 77",
        holds="carried",
        note="police proposal, short CV, and one certificate: 26a or 26b voluntary, 46 compulsory, or of substitution",
    ),
    Rule(
        "R-14",
        "management.decide_within",
        WorkingDays(2),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 78",
        holds="enforced",
        note="from the police proposal; on Mẫu 51",
    ),
    Rule(
        "R-15",
        "decision.contents",
        tuple(DecisionField),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 78",
        holds="carried",
    ),
    Rule(
        "R-16",
        "decision.recipients",
        tuple(DecisionRecipient),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 78",
        holds="carried",
        note="the legal representative of those of 12 to under 18",
    ),
    Rule(
        "R-17",
        "list.form",
        Form("Mẫu 52"),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 79",
        holds="carried",
        note="its columns were not read",
    ),
    Rule(
        "R-18",
        "absence.unreported",
        Counting.NOT_COUNTED,
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 79",
        holds="enforced",
        note="an absence is reported with reason and time; an unreported one is not counted in the term",
    ),
    Rule(
        "R-21",
        "test.timing",
        tuple(TestTiming),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 79; L73 Art 22",
        holds="carried",
        note="no number per month or quarter in law; L120 Art 23.1e keeps the power",
    ),
    Rule(
        "R-37",
        "removal.certificate",
        Form("Mẫu 54"),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 81",
        holds="carried",
        note="the chairman issues it at the end of the term and removes from the list",
    ),
    Rule(
        "R-38",
        "helper.duty",
        HelperDuty(at_least=1, pay_up_to=Decimal("0.6")),
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 34, 79",
        holds="carried",
        note="a counsellor or helper, paid from the local budget",
    ),
    Rule(
        "R-40",
        "d116.end",
        Silent(D116_END),
        valid_from=L120_IN_FORCE,
        source="DRAFT26",
        holds="carried",
        note="D116 and D105 are expected to end with L73 once replaced; no decree was found, no date is known",
    ),
    Rule(
        "R-44",
        "protection.confidentiality",
        Protection.COMPETENT_BODIES_ONLY,
        valid_from=L73_IN_FORCE,
        ends_with=D116_END,
        source="D116 Art 4.2",
        holds="carried",
        note="kept by access control, not by an evaluator of law",
    ),
)
