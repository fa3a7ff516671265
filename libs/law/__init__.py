"""The law as dated rules, policy switches where it is silent, and pure evaluators over both."""
