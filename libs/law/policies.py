"""Every policy switch of the house with its default: the questions of domain.md §2.2, §4.1 and §9 that law leaves open.

A default is the reading nearest to the text of the law; `source_of_doubt` says why it is not certain.
"""

from libs.law.choices import ActEnd, AfterMove, AgeAt, DecisionPath, LastDay, LeapDay, Removal, TermEnd
from libs.law.d116 import D116_END
from libs.law.l73 import L73_IN_FORCE
from libs.law.l120 import L120_IN_FORCE
from libs.law.switch import PolicySwitch
from libs.law.values import Regime
from libs.law.words import Counting, PrisonEffect

TRANSITION = (
    PolicySwitch(
        "transition.under_management",
        default=Regime.L120,
        alternatives=(Regime.L73,),
        valid_from=L120_IN_FORCE,
        source_of_doubt="L120 Art 56 is silent; its 56.1 and 56.2 put later decisions under the new law (§9.2)",
        question="Which law governs people who were already under post-rehab management on 01/07/2026?",
        rule="R-43",
    ),
    PolicySwitch(
        "prison.of_earlier_cases",
        default=PrisonEffect.PAUSES,
        alternatives=(PrisonEffect.ENDS,),
        valid_from=L120_IN_FORCE,
        source_of_doubt="L73 Art 43.3b against L120 Art 47.1 with 48.4b (§9.3)",
        question="Prison from 01/07/2026 on, in a case decided before: does it end the case or pause its term?",
    ),
    PolicySwitch(
        D116_END,
        default=ActEnd.HOLDS,
        alternatives=(ActEnd.ENDED,),
        valid_from=L120_IN_FORCE,
        source_of_doubt="no decree under L120 was found, only drafts (DRAFT26, §9.1)",
        question="Do the rules of Decree 116/2021 hold after 30/06/2026, until a decree that replaces it is entered?",
        rule="R-40",
    ),
)

TERM = (
    PolicySwitch(
        "term.last_day",
        default=LastDay.ANNIVERSARY,
        alternatives=(LastDay.DAY_BEFORE,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="no source settles it; Civil Code 2015 Art 147-148 is the likely base (§2.2 notes, §9.16)",
        question="Is the last day of a term in years the anniversary of its first day, or the day before?",
    ),
    PolicySwitch(
        "term.leap_day",
        default=LeapDay.LAST_OF_FEBRUARY,
        alternatives=(LeapDay.FIRST_OF_MARCH,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="no source settles it; Civil Code 2015 Art 148.3 speaks of months (§2.2 notes, §9.16)",
        question="What is the anniversary of 29 February in a year without one?",
    ),
    PolicySwitch(
        "absence.under_l120",
        default=Counting.NOT_COUNTED,
        alternatives=(Counting.COUNTED,),
        valid_from=L120_IN_FORCE,
        source_of_doubt="only D116 Art 79 has the rule; L120 is silent (§9.6)",
        question="Are days of unreported absence from 01/07/2026 on still left out of the term?",
        rule="R-18",
    ),
    PolicySwitch(
        "transfer.term",
        default=AfterMove.CONTINUES,
        alternatives=(AfterMove.RESTARTS,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="D116 is silent for post-rehab; D105 Art 43.3 (R-76) by analogy (§9.5)",
        question="Does the term go on at the new commune after a move, or start again when the person is received?",
    ),
    PolicySwitch(
        "transfer.transit_days",
        default=Counting.COUNTED,
        alternatives=(Counting.NOT_COUNTED,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="no act speaks of the days between leaving and being received (§9.5)",
        question="Do the days between leaving one commune and being received by the next count in the term?",
    ),
)

DECISIONS = (
    PolicySwitch(
        "category.age_at",
        default=AgeAt.DECISION,
        alternatives=(AgeAt.COMPLETION,),
        valid_from=L73_IN_FORCE,
        source_of_doubt='"từ đủ 12 đến dưới 18 … đã chấp hành xong" (L73 Art 40.1) names no day (§2.2 notes)',
        question="Sent as a minor, completed as an adult: category B by the age when sent, or C by that at completion?",
    ),
    PolicySwitch(
        "decision.late",
        default=DecisionPath.REVIEW,
        alternatives=(DecisionPath.ORDINARY,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="the deadlines run from the person's presenting, the term from completion (§2.2 notes)",
        question="May a decision be signed without review when its term is already over?",
    ),
    PolicySwitch(
        "removal.not_addicted",
        default=Removal.WITHHELD,
        alternatives=(Removal.ALLOWED,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="no rule ends or extends a term in which use was detected without addiction (§2.2 notes, §9.4)",
        question="Under L73: may a person be removed whose detected use was determined not to be addiction?",
        rule="R-30",
    ),
    PolicySwitch(
        "removal.use_under_l120",
        default=Removal.ALLOWED,
        alternatives=(Removal.WITHHELD,),
        valid_from=L120_IN_FORCE,
        source_of_doubt='L120 Art 48.4a says "đã chấp hành xong quyết định" and nothing of detected use (§9.4)',
        question="Under L120: may a person with a detected use in the term be removed at its end?",
        rule="R-31",
    ),
)

FIGURES = (
    PolicySwitch(
        "rates.term_end",
        default=TermEnd.DOES_NOT_CENSOR,
        alternatives=(TermEnd.CENSORS,),
        valid_from=L73_IN_FORCE,
        source_of_doubt="relapse is a fact about a person (D116 Art 3(6)), yet tests mostly end with the term (§4.2)",
        question="Does the end of the management term censor a person in relapse rates?",
    ),
    PolicySwitch(
        "publish.small_cell",
        default=5,
        alternatives=(1, 3, 10),
        valid_from=L73_IN_FORCE,
        source_of_doubt="no act names a number; 5 is a common choice (§4.1.8)",
        question="Below which count of people is a cell suppressed in what is published?",
    ),
)

SWITCHES = TRANSITION + TERM + DECISIONS + FIGURES
