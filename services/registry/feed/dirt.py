"""Every kind of dirt that a row is told by code: what it is, where domain.md §5.5 counts it, and what becomes of it.

Items of §5.5 without a code here are read as they are meant (3, 4, 8, 9, 15, 17, 18, 20, 37, 38, 39, 46), refuse the
whole file (44, 54, 60; `refusals.py` here and in `libs/sheets`), are left out as no data (34), settle a unit (35),
follow from the list's id (43, 45), from what the feed never does (42: absence removes nobody; 58, 59: facts add up),
or concern what it does not read (51: phones).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Effect(IntEnum):
    """What becomes of a row for one kind of dirt; of several the gravest."""

    NOTED = 0
    CELL_UNUSED = 1
    QUARANTINED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True)
class Dirt:
    """One kind: its numbers in §5.5 (none: a rule of the matching), its effect, and what it is called."""

    items: tuple[int, ...]
    effect: Effect
    english: str
    vietnamese: str

    def told(self, language: str) -> str:
        """What it is called in a language of ours."""
        return self.english if language == "en" else self.vietnamese


N, C, Q, R = Effect
DIRT: dict[str, Dirt] = {
    # Numbers.
    "number_zero_lost": Dirt((1,), Q, "a leading zero is missing from the number", "số bị mất số 0 ở đầu"),
    "number_digits_lost": Dirt((2,), C, "a spreadsheet rounded the number", "số bị bảng tính làm tròn"),
    "number_several": Dirt((3,), Q, "several numbers of one kind", "có nhiều số cùng loại"),
    "number_not_digits": Dirt((5,), Q, "the number holds other signs than digits", "số có ký tự không phải chữ số"),
    "number_wrong_length": Dirt((1, 3), Q, "the number has neither 12 nor 9 digits", "số không đủ 12 hoặc 9 chữ số"),
    "number_century": Dirt((13,), Q, "the number is of no living person's century", "số thuộc thế kỷ không hợp lý"),
    "number_future": Dirt((13,), Q, "the number is of somebody not yet born", "số của người chưa sinh ra"),
    "number_province": Dirt((), N, "the number's province code is unknown", "mã tỉnh trong số không có"),
    "number_placeholder": Dirt((26,), C, "a number that stands for none", "số điền cho có"),
    "number_passport": Dirt((57,), C, "a passport number", "số hộ chiếu"),
    "number_contradicts_sex": Dirt((6, 25), Q, "the number is of the other sex", "số định danh trái với giới tính"),
    "number_contradicts_birth": Dirt((7, 25), Q, "the number is of another birth year", "số trái với năm sinh"),
    "number_twice_in_list": Dirt((24,), Q, "rows of the list share a number", "trùng số với dòng khác trong danh sách"),
    "number_of_several": Dirt((24,), Q, "several persons have the number", "số thuộc nhiều người"),
    "number_of_another": Dirt((24, 25, 58), Q, "who has the number differs", "người mang số này có nhân thân khác"),
    # Birth and sex.
    "birth_day_month_swapped": Dirt((10,), Q, "a spreadsheet swapped day and month", "bảng tính đảo ngày và tháng"),
    "birth_serial_as_text": Dirt((9,), Q, "a day's number in place of the day", "ngày sinh là số thứ tự của Excel"),
    "birth_impossible": Dirt((10, 11), Q, "a day that never was", "ngày sinh không có thật"),
    "birth_year_implausible": Dirt((11,), Q, "a year that nobody was born in", "năm sinh không hợp lý"),
    "birth_two_digit_year": Dirt((11,), Q, "a year of two digits", "năm sinh chỉ có hai chữ số"),
    "birth_default_day": Dirt((12,), N, "01/01 stands for an unknown day", "01/01 thay cho ngày không rõ"),
    "birth_future": Dirt((13,), Q, "born after the list's day", "ngày sinh sau ngày của danh sách"),
    "age_unexpected": Dirt((13,), Q, "younger than 12 or older than 100", "dưới 12 hoặc trên 100 tuổi"),
    "birth_unreadable": Dirt((14,), Q, "no birth date can be read", "không đọc được ngày sinh"),
    "birth_lunar": Dirt((14,), Q, "a year of the lunar calendar", "năm sinh âm lịch"),
    "minor": Dirt((53,), Q, "under 18: a guardian is needed", "dưới 18 tuổi, cần người giám hộ"),
    "sex_unreadable": Dirt((50,), N, "no sex can be read", "không đọc được giới tính"),
    "sex_both": Dirt((15, 50), Q, "both sexes are filled in", "điền cả hai cột nam và nữ"),
    # Names.
    "name_missing": Dirt((19,), R, "no name and no number", "không có họ tên và số giấy tờ"),
    "name_only_number": Dirt((19,), Q, "a number without a name", "có số giấy tờ nhưng không có họ tên"),
    "name_without_marks": Dirt((16,), N, "a name without its marks", "họ tên không dấu"),
    "name_mojibake": Dirt((16, 57), Q, "letters that no Vietnamese name has", "họ tên sai bảng mã hoặc tên nước ngoài"),
    "name_abbreviated": Dirt((17,), Q, "an abbreviated name", "họ tên viết tắt"),
    "name_not_a_name": Dirt((17, 41, 56), Q, "digits, signs or notes in the name", "họ tên lẫn số, ký hiệu, ghi chú"),
    # Places.
    "unit_unknown": Dirt((27, 28), Q, "no commune can be told", "không xác định được xã, phường"),
    "unit_ambiguous": Dirt((29,), Q, "several communes have this name", "nhiều xã, phường trùng tên"),
    "unit_code_bare": Dirt((29, 30), Q, "a code without its catalogue", "mã đơn vị không rõ danh mục"),
    "unit_code_differs": Dirt((30,), Q, "code and name mean two communes", "mã và tên xã không khớp"),
    "unit_split": Dirt((31,), Q, "the commune was divided in 2025", "xã đã được chia từ 01/7/2025"),
    "unit_outside_list": Dirt((23, 29), Q, "a commune outside the sender's unit", "xã ngoài đơn vị gửi danh sách"),
    "address_two_in_one": Dirt((32,), N, "several addresses in one cell", "nhiều địa chỉ trong một ô"),
    "no_fixed_residence": Dirt((33,), Q, "without a fixed residence", "không có nơi cư trú ổn định"),
    # What the list says beside its columns.
    "sheet_hidden": Dirt((36, 54), Q, "on a hidden sheet", "nằm ở trang tính bị ẩn"),
    "row_hidden": Dirt((36,), Q, "a hidden row", "dòng bị ẩn"),
    "row_commented": Dirt((36,), Q, "a comment on one of its cells", "có chú thích trong ô"),
    "formula_failed": Dirt((36,), Q, "a formula failed in one of its cells", "công thức trong ô bị lỗi"),
    "row_struck": Dirt((40,), Q, "struck through", "dòng bị gạch ngang"),
    "row_coloured": Dirt((40,), Q, "coloured unlike the other rows", "dòng được tô màu khác"),
    "formula": Dirt((56,), Q, "a cell begins like a formula", "ô bắt đầu như một công thức"),
    "status_dead": Dirt((41, 52), Q, "said to have died", "ghi là đã chết"),
    "status_prison": Dirt((41, 52), Q, "said to be in prison", "ghi là đang ở tù"),
    "status_rehab": Dirt((41,), Q, "said to be in a rehab facility", "ghi là đang ở cơ sở cai nghiện"),
    "status_moved": Dirt((33, 41), Q, "said to have moved away", "ghi là đã chuyển đi"),
    "status_suspected": Dirt((41,), N, "`nghi nghiện` has no meaning in law", "“nghi nghiện” không có ý nghĩa pháp lý"),
    "foreign_national": Dirt((57,), Q, "of another nationality", "quốc tịch nước ngoài"),
    "decision_contradicts": Dirt((49,), Q, "dates of the decision contradict each other", "ngày quyết định mâu thuẫn"),
    "unread": Dirt((47, 48, 55), N, "kept with the file, no fact taken", "giữ trong tệp, không lấy dữ liệu"),
    # Matching.
    "row_repeated": Dirt((45,), R, "the list holds this row before", "dòng lặp lại trong danh sách"),
    "known_nobody": Dirt(
        (45,), R, "a human found the same row nobody's", "dòng này đã được xác định là không thuộc ai"
    ),
    "twin_in_list": Dirt((21, 22), Q, "rows share name, birth and unit", "trùng họ tên, năm sinh, nơi ở với dòng khác"),
    "person_twice_in_list": Dirt((23,), Q, "another row is the same person", "dòng khác cũng là người này"),
    "suggested_one": Dirt((), Q, "very like one known person", "rất giống một người đã có"),
    "suggested_several": Dirt((21, 22), Q, "like some known persons", "giống một số người đã có"),
    "identity_missing": Dirt((19,), Q, "too little to register anybody by", "không đủ thông tin để đăng ký"),
    "person_died": Dirt((52,), Q, "the person is known to have died", "người này đã được ghi nhận là chết"),
    "person_erased": Dirt((), Q, "the person's data were erased", "dữ liệu của người này đã bị xóa"),
    "command_refused": Dirt((), Q, "the registry refused a fact of the row", "không ghi nhận được dữ liệu của dòng"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One kind of dirt in one row; `suggestion` is what a human may confirm, and is shown to nobody else."""

    code: str
    column: str | None = None
    suggestion: str | None = None

    @property
    def effect(self) -> Effect:
        """What it does to the row."""
        return DIRT[self.code].effect


def gravest(problems: Iterable[Problem]) -> Effect:
    """What becomes of a row with these problems."""
    return max((problem.effect for problem in problems), default=Effect.NOTED)
