"""The document and the page: complete, and from nowhere else."""

import re
from typing import Any

import pytest

from libs.web.openapi import property_names
from tests.libs.web.client import TestClient


@pytest.fixture
def document(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def header_names(operation: Any) -> dict[str, bool]:
    return {one["name"]: one["required"] for one in operation["parameters"] if one["in"] == "header"}


def test_the_document_is_openapi_3_1_with_the_bearer_scheme(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert all(one["security"] == [{"bearer": []}] and one["x-permission"] for one in operations)


def test_a_command_and_a_person_read_say_which_headers_they_need(document: Any) -> None:
    command = header_names(document["paths"]["/v1/folders"]["post"])
    assert command["Idempotency-Key"] is True
    assert command["If-Match"] is False
    read = header_names(document["paths"]["/v1/folders/{folder_id}"]["get"])
    assert read == {"Aftercare-Purpose": True, "Aftercare-Wait-For": False}


def test_answers_have_their_schema_and_refusals_are_problems(document: Any) -> None:
    answers = document["paths"]["/v1/folders/{folder_id}"]["get"]["responses"]
    assert answers["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/FolderView")
    assert answers["default"]["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert "422" not in answers
    assert "201" in document["paths"]["/v1/folders"]["post"]["responses"]
    assert "HTTPValidationError" not in str(document)


def test_names_are_those_of_fields_and_parameters(document: Any) -> None:
    names = property_names(document)
    assert {"folder_id", "person_id", "cursor", "limit", "body", "query", "path"} <= names


def test_the_page_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/v1/folders/{folder_id}" in page.text
    assert "tells about persons" in page.text
    assert "<script" not in page.text
    assert re.findall(r"(?:src|href)=\"?([^\" >]+)", page.text) == ["openapi.json"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
