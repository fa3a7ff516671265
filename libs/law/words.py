"""The closed lists that rules of law name: contents, supports, papers, reasons and effects."""

from enum import StrEnum


class Content(StrEnum):
    """What management consists of (R-07, R-08)."""

    LIST = "list"
    COUNSEL_AND_HELP = "counsel_and_help"
    DETECT_AND_PREVENT_USE = "detect_and_prevent_use"
    RESIDENCE_MANAGEMENT = "residence_management"
    SUMMONS = "summons"
    ELECTRONIC_MONITORING = "electronic_monitoring"
    DRUG_TEST = "drug_test"


class SocialSupport(StrEnum):
    """What a managed person may be given (R-09)."""

    SCHOOLING = "schooling"
    VOCATIONAL_TRAINING = "vocational_training"
    LOAN = "loan"
    JOB_SEARCH = "job_search"
    SOCIAL_ACTIVITIES = "social_activities"


class CompetentCommune(StrEnum):
    """Which commune manages a person without stable residence (R-11, R-12)."""

    WHERE_VIOLATION_WAS_FOUND = "where_violation_was_found"
    REGISTERED_WITH_FACILITY = "registered_with_facility"


class DecisionField(StrEnum):
    """What a management decision says (R-15)."""

    DATE = "date"
    SIGNER_NAME = "signer_name"
    SIGNER_TITLE = "signer_title"
    PERSON_NAME = "person_name"
    PERSON_BORN_ON = "person_born_on"
    PERSON_JOB = "person_job"
    PERSON_RESIDENCE = "person_residence"
    TERM = "term"
    PLACE = "place"
    RESPONSIBLE_BODY = "responsible_body"


class DecisionRecipient(StrEnum):
    """Who receives a management decision (R-16)."""

    PERSON = "person"
    FAMILY = "family"
    LEGAL_REPRESENTATIVE_OF_MINOR = "legal_representative_of_minor"
    POLICE_CHIEF = "police_chief"
    LABOUR_OFFICER = "labour_officer"
    RELEVANT_BODIES = "relevant_bodies"


class TestTiming(StrEnum):
    """When tests in the term are taken; no act names a number (R-21)."""

    PERIODIC = "periodic"
    UNSCHEDULED = "unscheduled"


class Counting(StrEnum):
    """Whether days count towards a term (R-18)."""

    COUNTED = "counted"
    NOT_COUNTED = "not_counted"


class Consequence(StrEnum):
    """What the law attaches to an act of the person (R-24, R-25)."""

    ESCORT_TO_TEST = "escort_to_test"
    ADDICTION_DETERMINATION = "addiction_determination"


class NotSent(StrEnum):
    """Who is not sent to compulsory rehab (R-29)."""

    NO_ADMINISTRATIVE_CAPACITY = "no_administrative_capacity"
    PREGNANT = "pregnant"
    MOTHER_OF_CHILD_UNDER_36_MONTHS = "mother_of_child_under_36_months"
    SOLE_CARER_OF_CHILD_UNDER_36_MONTHS = "sole_carer_of_child_under_36_months"


class AfterTerm(StrEnum):
    """What removal at the end of the term asks for (R-30, R-31)."""

    NO_DETECTED_USE = "no_detected_use"
    DECISION_COMPLETED = "decision_completed"


class OffList(StrEnum):
    """Why a person is taken off the local list before the term has ended (R-32, R-33, R-35, R-36)."""

    PRISON = "prison"
    COMPULSORY_EDUCATION = "compulsory_education"
    REFORMATORY = "reformatory"
    DETERMINED_ADDICTED = "determined_addicted"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    DECLARED_MISSING = "declared_missing"


class PrisonEffect(StrEnum):
    """What a prison sentence does to the case: it is over, or its remaining term waits for the release."""

    ENDS = "ends"
    PAUSES = "pauses"


class Protection(StrEnum):
    """How the person is shielded (R-44, R-45)."""

    COMPETENT_BODIES_ONLY = "competent_bodies_only"
    NO_STIGMA = "no_stigma"
