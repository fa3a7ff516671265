"""Aalen-Johansen: the share that has had one kind of event by a day, when other kinds forestall it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from services.reporting.statistics.curves import CONFIDENCE, Curve, Step, log_log_interval
from services.reporting.statistics.risk import Observed, RiskRow, risk_table
