"""Statistics of relapse: survival, competing risks, rates and cohorts, as pure functions over days and counts."""
