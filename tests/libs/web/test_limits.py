"""Limits: bodies, uploads, and how often one may ask."""

from collections.abc import Iterator

import pytest

from libs.web.limits import CALLERS_MAX, Limits, Rate
from libs.web.refusals import TooManyRequests
from libs.web.roles import Role
from tests.libs.web.conftest import QUICK, Desk, MakeApp, MakeDesk

TYPE = "urn:aftercare:problem:"
SMALL = Limits(body_bytes_max=500, upload_bytes_max=2_000)


def pieces(size: int) -> Iterator[bytes]:
    yield b'{"person_id": "'
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize("content", [b"".join(pieces(600)), pieces(600)], ids=["with its length", "without"])
def test_a_body_too_large_is_refused_with_or_without_its_length(
    content: bytes | Iterator[bytes], make_app: MakeApp, officer: Desk
) -> None:
    client = make_app(limits=SMALL)
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = client.post("/v1/folders", headers=headers, content=content)
    assert (answer.status_code, answer.json()["type"]) == (413, TYPE + "body-too-large")


@pytest.mark.parametrize("length", ["-1", "many", "१"])
def test_a_length_that_is_none_is_too_large(length: str, make_app: MakeApp, officer: Desk) -> None:
    headers = {
        b"Authorization": f"Bearer {officer.token}".encode(),
        b"Idempotency-Key": b"k",
        b"Content-Type": b"application/json",
        b"Content-Length": length.encode(),
    }
    answer = make_app(limits=SMALL).post("/v1/folders", headers=headers, content=iter([b"{}"]))
    assert answer.status_code == 413


def test_files_have_a_limit_of_their_own(make_app: MakeApp, desk: MakeDesk) -> None:
    client = make_app(limits=SMALL)
    headers = {"Authorization": f"Bearer {desk(Role.COMMUNE_POLICE).token}", "Idempotency-Key": "k"}
    statuses = [
        client.post("/v1/files", headers=headers, files={"file": ("a.csv", b"x" * size)}).status_code
        for size in (1_000, 3_000)
    ]
    assert statuses == [200, 413]


def test_who_asks_too_fast_is_told_when_to_come_back(make_app: MakeApp, desk: MakeDesk) -> None:
    client = make_app(limits=Limits(requests_per_second=0.001, requests_burst=2))
    partner, other = desk(Role.ANALYST, sub="p").on(client), desk(Role.ANALYST, sub="q").on(client)
    statuses = [partner.get("/v1/members/count").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert partner.get("/v1/members/count").headers["Retry-After"] == "1"
    assert other.get("/v1/members/count").status_code == 200


def test_a_bucket_fills_again_and_never_over_its_brim() -> None:
    now = [0.0]
    rate = Rate(2, 3, lambda: now[0])
    for _ in range(3):
        rate.take("u")
    with pytest.raises(TooManyRequests):
        rate.take("u")
    now[0] = 0.5
    rate.take("u")
    now[0] = 1_000
    for _ in range(3):
        rate.take("u")
    with pytest.raises(TooManyRequests):
        rate.take("u")


def test_the_memory_of_callers_is_bounded() -> None:
    rate = Rate(1, 1)
    for n in range(CALLERS_MAX + 10):
        rate.take(str(n))
    assert len(rate._buckets) == CALLERS_MAX


def test_the_defaults_take_the_largest_police_list() -> None:
    assert Limits().upload_bytes_max > 150_000_000
    assert QUICK.body_bytes_max == Limits().body_bytes_max
