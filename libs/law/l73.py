"""Law on Drug Prevention and Control 73/2021/QH14: in force 01/01/2022, replaced by Law 120/2025 on 01/07/2026.

A rule that Law 120/2025 repeats unchanged is one open row here, with both articles as its source.
"""

from datetime import date

from libs.law.rule import Rule
from libs.law.values import Age, Authority, Lister, SentAtOnce, WorkingDays, Years
from libs.law.words import AfterTerm, Consequence, Content, OffList, SocialSupport

L73_IN_FORCE = date(2022, 1, 1)
L73_LAST_DAY = date(2026, 6, 30)

L73 = (
    Rule(
        "R-01",
        "term.category_a",
        Years(1),
        valid_from=L73_IN_FORCE,
        source="L73 Art 40.1; L120 Art 42.1",
        holds="enforced",
        note="voluntary rehab or substitution treatment completed; counted from the completion date",
    ),
    Rule(
        "R-02",
        "term.category_b",
        Years(1),
        valid_from=L73_IN_FORCE,
        source="L73 Art 40.1; L120 Art 42.1",
        holds="enforced",
        note="12 to under 18, compulsory decision completed; counted from the completion date",
    ),
    Rule(
        "R-03",
        "term.category_c",
        Years(2),
        valid_from=L73_IN_FORCE,
        source="L73 Art 40.2; L120 Art 42.2",
        holds="enforced",
        note="adult, compulsory measure completed; counted from the completion date",
    ),
    Rule(
        "R-04",
        "management.decided_by",
        Authority.COMMUNE_CHAIRMAN,
        valid_from=L73_IN_FORCE,
        source="L73 Art 40.5; L120 Art 42.6",
        holds="enforced",
        note="decides and organises management and support",
    ),
    Rule(
        "R-05",
        "list.kept_by",
        Lister(Authority.COMMUNE_PEOPLES_COMMITTEE, helped_by=Authority.COMMUNE_POLICE),
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 43.1",
        holds="enforced",
    ),
    Rule(
        "R-07",
        "management.contents",
        (Content.LIST, Content.COUNSEL_AND_HELP, Content.DETECT_AND_PREVENT_USE),
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 40.3",
        holds="enforced",
    ),
    Rule(
        "R-09",
        "management.supports",
        tuple(SocialSupport),
        valid_from=L73_IN_FORCE,
        source="L73 Art 40.4; L120 Art 42.5",
        holds="carried",
        note="schooling is for those of 12 to under 18",
    ),
    Rule(
        "R-19",
        "transfer.notify_within",
        WorkingDays(5),
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 43.2; D116 Art 79",
        holds="enforced",
        note="the old commune's police tell the new one, on Mẫu 53, counted from the leaving",
    ),
    Rule(
        "R-22",
        "test.positive_sent_to",
        SentAtOnce(Authority.COMMUNE_CHAIRMAN),
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 22",
        holds="enforced",
    ),
    Rule(
        "R-25",
        "use.triggers",
        Consequence.ADDICTION_DETERMINATION,
        valid_from=L73_IN_FORCE,
        source="L73 Art 27; L120 Art 31.1d",
        holds="enforced",
        note="use while under post-rehab management",
    ),
    Rule(
        "R-26",
        "compulsory.from_age",
        Age(18),
        valid_from=L73_IN_FORCE,
        source="L73 Art 32; L120 Art 35.1(d/đ)",
        holds="enforced",
        note="determined addicted while under post-rehab management",
    ),
    Rule(
        "R-30",
        "removal.after_term",
        AfterTerm.NO_DETECTED_USE,
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 43.3a",
        holds="enforced",
    ),
    Rule(
        "R-32",
        "removal.by_measure",
        (OffList.PRISON,),
        valid_from=L73_IN_FORCE,
        valid_to=L73_LAST_DAY,
        source="L73 Art 43.3b",
        holds="enforced",
        note="nothing revives the remaining term",
    ),
    Rule(
        "R-35",
        "removal.by_move",
        (OffList.MOVED_AWAY,),
        valid_from=L73_IN_FORCE,
        source="L73 Art 43.3c; L120 Art 48.4c",
        holds="enforced",
        note="removed here, listed there",
    ),
    Rule(
        "R-36",
        "removal.by_death_or_loss",
        (OffList.DECEASED, OffList.DECLARED_MISSING),
        valid_from=L73_IN_FORCE,
        source="L73 Art 43.3d; L120 Art 48.4d",
        holds="enforced",
        note="declared missing by a court",
    ),
)
