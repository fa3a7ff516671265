"""Tests of the estimators, against peers and by hand."""
