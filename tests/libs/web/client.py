"""The client that tests of an app use; the one place that imports it."""

from warnings import catch_warnings, simplefilter

with catch_warnings():
    # Starlette asks for httpx2 in the place of httpx; until the requirements have it, that is no finding of ours.
    simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
