"""The AsyncAPI project's own parser finds nothing wrong with our document, and what is wrong with a broken one."""

import json
from typing import Any

import pytest

from deploy.asyncapi import document
from deploy.published import RELEASED
from deploy.reference import REFERENCE
from deploy.releasing import read_released
from deploy.services import NAMES
from libs.events.kafka import events_topic, marks_topic
from tests.interop.node import Node


def parsed(others: Node, text: str) -> dict[str, Any]:
    """What the parser says of a document."""
    said: dict[str, Any] = others.run("asyncapi.mjs", text)
    return said


def test_the_committed_document_is_valid_without_a_warning(others: Node) -> None:
    found = parsed(others, (REFERENCE / "asyncapi.json").read_text("utf-8"))
    assert found["problems"] == []
    assert found["version"].startswith("3.")
    assert {*found["channels"]} == {topic(name) for name in NAMES for topic in (events_topic, marks_topic)}
    released = {f"{wire}.{version}" for wire, made in read_released(RELEASED).items() for version in made}
    assert {*found["messages"]} == released | {"mark"}
    assert {f"send {name}.publishes.events" for name in NAMES} <= {*found["operations"]}
    assert "receive reporting.follows.registry.events" in found["operations"]


def misspelled(made: dict[str, Any]) -> None:
    made["channels"]["registry.events"]["messages"]["lost"] = {"$ref": "#/components/messages/lost"}


def of_another_type(made: dict[str, Any]) -> None:
    made["components"]["schemas"]["registry.person-registered.1"]["type"] = "objct"


def without_an_action(made: dict[str, Any]) -> None:
    del made["operations"]["registry.publishes.events"]["action"]


@pytest.mark.parametrize("breaking", [misspelled, of_another_type, without_an_action])
def test_a_planted_fault_is_found(others: Node, breaking: Any) -> None:
    made = json.loads(document())
    breaking(made)
    assert parsed(others, json.dumps(made))["problems"]
