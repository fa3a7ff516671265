"""What follows across the registry's own aggregates: one file a reactor."""

from services.registry.reactors.cases import case_follow_up
from services.registry.reactors.lives import life_follow_up
from services.registry.reactors.relapses import relapse_follow_up

REACTORS = [case_follow_up, relapse_follow_up, life_follow_up]
