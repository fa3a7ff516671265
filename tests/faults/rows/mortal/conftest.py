"""Engines of each file's own."""

from tests.faults.engines.conftest import log as log
from tests.faults.engines.conftest import mortal as mortal
from tests.faults.engines.conftest import stack as stack
