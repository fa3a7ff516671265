"""Texts as requests bring them."""

from typing import Annotated

from pydantic import StringConstraints

# The number or issuer of a document, an organisation, an occasion.
Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
# Why something is corrected, annulled or decided.
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
