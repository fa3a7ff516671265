"""Tests of the dated rules, the policy switches and the evaluators."""
