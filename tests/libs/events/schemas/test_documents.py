"""The catalogue and the AsyncAPI document say what was released, and a stale one is found."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from deploy import reference
from deploy.asyncapi import document
from deploy.catalogue import catalogue_page, kind
from deploy.cli import app
from deploy.published import RELEASED, published
from deploy.releasing import read_released
from libs.events.golden import read

DOCUMENT: dict[str, Any] = json.loads(document())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]


def faults(message: str, payload: object) -> list[str]:
    """What is wrong with a payload under the schema of a message, its references followed."""
    within = DOCUMENT | {"$ref": f"#/components/messages/{message}/payload"}
    return [error.message for error in Draft202012Validator(within).iter_errors(payload)]


def test_every_released_version_is_a_message_of_its_producers_topic() -> None:
    released = {f"{wire}.{version}" for wire, made in read_released(RELEASED).items() for version in made}
    assert MESSAGES.keys() == released | {"mark"}
    for message in released:
        assert message in DOCUMENT["channels"][f"{message.split('.')[0]}.events"]["messages"]


@pytest.mark.parametrize("message", MESSAGES)
def test_an_example_is_valid_under_the_schema_of_its_message(message: str) -> None:
    (example,) = MESSAGES[message]["examples"]
    assert faults(message, example["payload"]) == []
    assert faults(message, {}) != []
    if message != "mark":
        assert faults(message, example["payload"] | {"data": {}}) != []
        assert faults(message, example["payload"] | {"type": "registry.something-else"}) != []


def test_the_secrets_of_an_example_open_with_the_golden_key() -> None:
    (contract,) = (one for one in published() if one.wire == "registry.person-registered")
    golden = read_released(RELEASED)[contract.wire][1].golden
    payload = MESSAGES["registry.person-registered.1"]["examples"][0]["payload"]
    assert read(contract, golden, payload)["full_name"] == "ví dụ full_name"


def test_the_catalogue_names_every_event_its_readers_and_its_versions() -> None:
    page = catalogue_page()
    assert [one.wire for one in published() if f"### `{one.wire}`" not in page] == []
    chapter = page[page.index("### `registry.relapse-confirmed`") :].split("###")[1]
    assert "`reporting.completions`" in chapter
    assert "registry.relapse-confirmed/1.golden.json" in chapter


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "date"}, "date"),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}, "one of `a`, `b` or null"),
        ({"type": "array", "items": {"type": "string", "pattern": "^a$"}}, "list of text `^a$`"),
        ({"type": "object", "x-opened": {"type": "integer"}}, "integer"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "text by name"),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}}, "`a` boolean"),
    ],
)
def test_a_schema_is_said_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind(schema) == words


def test_the_command_prints_what_the_pages_say() -> None:
    assert CliRunner().invoke(app, ["schemas", "catalogue"]).stdout == catalogue_page()
    assert CliRunner().invoke(app, ["schemas", "catalogue", "--asyncapi"]).stdout == document()


def test_a_stale_document_is_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(reference, "document", lambda: document().replace("Aftercare", "Before"))
    monkeypatch.setattr("sys.argv", ["reference", "--check"])
    assert reference.main() == 1
    assert "docs/reference/asyncapi.json is not as the code says" in capsys.readouterr().err
