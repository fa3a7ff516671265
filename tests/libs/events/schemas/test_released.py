"""The events of the house are as they were released, and the files say what the codec writes."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from deploy.cli import app
from deploy.published import RELEASED, published
from deploy.releasing import SchemasRefused, check, read_released
from libs.events.codec import Codec
from libs.events.compatibility import Release
from libs.events.event import Contract
from libs.events.keyring import MemoryKeyring
from libs.events.record import Meta
from libs.events.schema import data_schema, nullable

COMMAND = UUID("00000000-0000-4000-8000-000000000001")


def versions() -> list[tuple[str, Release]]:
    """Every released version by its id."""
    return [(one.schema["$id"], one) for made in read_released(RELEASED).values() for one in made.values()]


def faults(schema: dict[str, Any], data: object) -> list[str]:
    """What a validator that knows nothing of us finds."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(data)]


def test_the_code_keeps_what_was_released() -> None:
    released = check(published(), RELEASED)
    assert {one.wire for one in published()} == released.keys()
    assert len(released) > 50


@pytest.mark.parametrize("line", [("1.json", "uuid", "date"), ("1.golden.json", "2026", "2027")])
def test_one_word_changed_in_what_was_released_is_refused(tmp_path: Path, line: tuple[str, str, str]) -> None:
    folder = copytree(RELEASED, tmp_path / "schemas")
    name, before, after = line
    path = folder / "registry.person-registered" / name
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(SchemasRefused, match=f"registry.person-registered/{name} was released and has changed"):
        check(published(), folder)


def test_the_command_says_that_all_is_kept_and_releases_nothing_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("deploy.schema_commands.RELEASED", copytree(RELEASED, tmp_path / "schemas"))
    said = CliRunner().invoke(app, ["schemas", "check"])
    assert (said.exit_code, said.stdout.partition(" ")[0]) == (0, str(len(published())))
    assert CliRunner().invoke(app, ["schemas", "release"]).stdout == "0 versions released\n"


def test_the_command_names_what_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deploy.schema_commands.RELEASED", copytree(RELEASED, tmp_path / "schemas"))
    next((tmp_path / "schemas").glob("*/1.json")).unlink()
    for verb in ("check", "release"):
        said = CliRunner().invoke(app, ["schemas", verb])
        assert (said.exit_code, said.stdout) == (1, "")
        assert said.stderr.endswith("/1.json was released and is gone\n")


@pytest.mark.parametrize(("name", "made"), versions(), ids=lambda one: one if isinstance(one, str) else "")
def test_a_golden_payload_is_valid_under_its_schema(name: str, made: Release) -> None:
    Draft202012Validator.check_schema(made.schema)
    assert made.golden["dataschema"] == name
    for sample in made.golden["samples"]:
        assert faults(made.schema, sample["data"]) == []
    broken = made.golden["samples"][0]["data"] | dict.fromkeys(made.schema["required"], 0.5)
    assert len(faults(made.schema, broken)) >= len(made.schema["required"])


def test_golden_payloads_have_every_optional_field_once_there_and_once_not() -> None:
    for name, made in versions():
        samples = [sample["data"] for sample in made.golden["samples"]]
        for field, schema in made.schema["properties"].items():
            seen = {"absent" if field not in data else "null" if data[field] is None else "there" for data in samples}
            wanted = {"there"} | ({"null"} if nullable(schema) else set())
            assert seen == wanted | (set() if field in made.schema["required"] else {"absent"}), (name, field)


def test_no_secret_stands_in_a_golden_payload_in_the_clear() -> None:
    secrets = 0
    for _, made in versions():
        for sample in made.golden["samples"]:
            for field in secret_fields(made):
                value = sample["data"].get(field)
                secrets += value is not None
                assert value is None or value.keys() == {"sealed"}
    assert secrets > 10


def secret_fields(made: Release) -> Iterator[str]:
    yield from (name for name, one in made.schema["properties"].items() if b"x-encrypted" in orjson.dumps(one))


@pytest.mark.parametrize("contract", published(), ids=lambda one: one.wire)
def test_what_the_codec_writes_is_valid_and_reads_as_it_was(contract: Contract[Any]) -> None:
    codec = Codec("test", MemoryKeyring())
    golden = read_released(RELEASED)[contract.wire][contract.version].golden
    events = [contract.cls.model_validate(sample["opened"]) for sample in golden["samples"]]
    meta = Meta(COMMAND, "test", COMMAND)
    for draft, event in zip(codec.drafts("s", 0, "s", events, meta), events, strict=True):
        cloud = orjson.loads(draft.body)
        assert cloud["dataschema"] == data_schema(contract)["$id"]
        assert faults(data_schema(contract), cloud["data"]) == []
        assert contract.encrypted or cloud["data"] == event.model_dump(mode="json")
