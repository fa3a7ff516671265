"""Every refusal speaks Vietnamese and English, and an `Accept-Language` chooses."""

from pathlib import Path

import pytest

from libs.events.decider import Refused, WrongStage
from libs.events.keyring import SubjectForgotten
from libs.web.messages import LANGUAGES, Catalogue, MessagesDiffer, language_of
from libs.web.refusals import Unauthenticated
from tests.libs.web.sample import MESSAGES, FolderFull

MINE = ("libs.events.", "libs.web.", "tests.libs.web.")


class Nameless(WrongStage):
    """A refusal whose problem nobody put into words."""

    problem = "nameless"


def folder(path: Path, vi: str, en: str) -> Path:
    path.mkdir()
    (path / "messages.vi.toml").write_text(vi, "utf-8")
    (path / "messages.en.toml").write_text(en, "utf-8")
    return path


def test_every_refusal_imported_has_both_languages() -> None:
    assert Catalogue([MESSAGES]).missing(MINE) == ["nameless"]
    assert Catalogue().missing(MINE) == ["folder-full", "nameless"]


@pytest.mark.parametrize("refusal", [Refused, Unauthenticated, SubjectForgotten, FolderFull])
def test_the_two_languages_differ(refusal: type[Refused]) -> None:
    catalogue = Catalogue([MESSAGES])
    vi, en = (catalogue.problem(refusal, language) for language in LANGUAGES)
    assert vi.title != en.title
    assert vi.detail != en.detail


def test_a_refusal_without_words_speaks_as_its_base() -> None:
    assert Catalogue().problem(Nameless, "en") == Catalogue().problem(WrongStage, "en")


def test_one_language_alone_refuses_to_start(tmp_path: Path) -> None:
    one = '[late]\ntitle = "a"\ndetail = "b"\n'
    with pytest.raises(MessagesDiffer, match="late"):
        Catalogue([folder(tmp_path / "a", one, "")])


def test_one_problem_has_one_home(tmp_path: Path) -> None:
    again = '[not-found]\ntitle = "a"\ndetail = "b"\n'
    with pytest.raises(MessagesDiffer, match="not-found"):
        Catalogue([folder(tmp_path / "a", again, again)])


def test_a_param_that_was_not_given_shows_as_a_gap() -> None:
    assert Catalogue([MESSAGES]).problem(FolderFull, "en").filled({}) == "A folder takes … stamps."


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("*", "vi"),
        ("fr-FR, de;q=0.5", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi;q=0.4, en;q=0.6", "en"),
        ("en;q=0.4, vi-VN", "vi"),
        ("en;q=most, vi;q=0.1", "vi"),
    ],
)
def test_the_preferred_language_is_spoken(accept: str | None, language: str) -> None:
    assert language_of(accept) == language
