"""Seeded people: names as Vietnamese papers have them, birth dates, and numbers that keep the rules of domain 5.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from libs.events.contracts.values import Sex

# Five wards of Long Khánh after the reform (domain 2.6).
WARDS = ("2025:26080", "2025:26089", "2025:26098", "2025:26104", "2025:26113")
SURNAMES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
)
MIDDLE = {
    Sex.MALE: ("Văn", "Hữu", "Đức", "Minh", "Quốc", "Thanh", "Công", "Xuân"),
    Sex.FEMALE: ("Thị", "Ngọc", "Thu", "Thanh", "Kim", "Mỹ", "Bích", "Hồng"),
}
GIVEN = {
    Sex.MALE: (
        "An",
        "Bình",
        "Cường",
        "Dũng",
        "Hải",
        "Hùng",
        "Khánh",
        "Long",
        "Nam",
        "Phong",
        "Quân",
        "Sơn",
        "Tuấn",
        "Vinh",
    ),
    Sex.FEMALE: (
        "Anh",
        "Châu",
        "Dung",
        "Hà",
        "Hạnh",
        "Hoa",
        "Lan",
        "Mai",
        "Nga",
        "Oanh",
        "Phượng",
        "Trang",
        "Vân",
        "Yến",
    ),
}
BIRTH_PROVINCES = ("075", "075", "075", "079", "074", "060", "038", "040", "052")
SHARE_MALE = 0.88
OLDEST, YOUNGEST = date(1965, 1, 1), date(2004, 12, 31)


@dataclass(frozen=True)
class Someone:
    """A generated person: the truth that a list, and then the registry, should come to."""

    key: int
    full_name: str
    sex: Sex
    born_on: date
    citizen_id: str
    unit: str
    hamlet: str


def make_people(random: Random, how_many: int, wards: Sequence[str] = WARDS) -> list[Someone]:
    """People spread over wards, unevenly as in life; the same seed gives the same people."""
    weights = [len(wards) - n for n in range(len(wards))]
    return [_someone(random, key, random.choices(wards, weights)[0]) for key in range(how_many)]


def _someone(random: Random, key: int, unit: str) -> Someone:
    sex = Sex.MALE if random.random() < SHARE_MALE else Sex.FEMALE
    born_on = OLDEST + timedelta(days=random.randrange((YOUNGEST - OLDEST).days))
    name = " ".join((random.choice(SURNAMES), random.choice(MIDDLE[sex]), random.choice(GIVEN[sex])))
    return Someone(key, name, sex, born_on, _citizen_id(random, key, sex, born_on), unit, f"Khu phố {key % 9 + 1}")


def _citizen_id(random: Random, key: int, sex: Sex, born_on: date) -> str:
    century = 2 * (born_on.year // 100 - 19) + (sex is Sex.FEMALE)
    # The key keeps the random part, and so the whole number, unique.
    return f"{random.choice(BIRTH_PROVINCES)}{century}{born_on.year % 100:02}{random.randrange(100):02}{key:04}"
