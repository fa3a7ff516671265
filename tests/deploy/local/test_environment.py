"""Which settings put a part elsewhere, and which only came from a file that this stack wrote."""

from pathlib import Path

import pytest

from deploy.local.environment import DATABASE_SETTINGS, as_shell, environment, put_elsewhere
from deploy.local.failure import StackFailed
from deploy.local.state import State

BROKER = {"KAFKA_BOOTSTRAP_SERVERS": "kafka-1.example:9092,kafka-2.example:9092"}
DATABASES = dict.fromkeys(DATABASE_SETTINGS, "postgresql+psycopg://role:secret@one.example,two.example:5432/registry")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


@pytest.mark.parametrize(
    "given", [{}, BROKER, DATABASES, BROKER | DATABASES], ids=["none", "kafka", "databases", "all"]
)
def test_a_given_server_is_elsewhere(state: State, given: dict[str, str]) -> None:
    assert put_elsewhere({"PATH": "/bin", **given}, state) == given


def test_an_empty_setting_puts_nothing_elsewhere(state: State) -> None:
    assert put_elsewhere(dict.fromkeys(BROKER, ""), state) == {}


def test_what_the_stack_wrote_is_not_elsewhere_even_after_it_moved(state: State, tmp_path: Path) -> None:
    sourced = environment(tmp_path, state)
    state.choose_port("kafka")
    state.choose_port("postgresql")
    assert put_elsewhere(sourced, state) == {}
    assert put_elsewhere(sourced | BROKER, state) == BROKER


def test_some_databases_elsewhere_and_some_here_is_refused(state: State) -> None:
    given = {name: url for name, url in DATABASES.items() if name != "CLUBS_API_DATABASE_URL"}
    with pytest.raises(StackFailed, match=r"^CLUBS_API_DATABASE_URL names no server elsewhere"):
        put_elsewhere(given, state)


def test_keys_ports_and_passwords_are_made_once(state: State, tmp_path: Path) -> None:
    assert environment(tmp_path, state) == environment(tmp_path, State(tmp_path))


def test_the_local_superuser_is_not_offered_for_databases_elsewhere(state: State, tmp_path: Path) -> None:
    state.elsewhere = DATABASES
    assert "SUPERUSER_DATABASE_URL" not in environment(tmp_path, state)


def test_a_value_is_quoted_for_the_shell() -> None:
    assert as_shell({"B": "it's $HOME", "A": "1"}) == "export A=1\nexport B='it'\"'\"'s $HOME'\n"
