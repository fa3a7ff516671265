"""Words by which lists say that somebody is dead, away or without a home (domain.md §5.5 items 33, 41, 52).

Office lists write them wherever there is room, with marks or without. What the law did with somebody in the past,
`đã chấp hành xong quyết định cai nghiện`, says nothing of where they are.
"""

import re
from collections.abc import Mapping

from libs.vietnam.spelling import one_spelling

WORDS = {
    "status_dead": re.compile(
        r"\b(chết|tử vong|qua đời|từ trần|báo tử|mất (năm|ngày|tháng|hồi|\d{1,2}[/.]))"
        r"|\bđã mất\b(?! (cmnd|cccd|giấy|căn cước|số|điện thoại|tích|nhà|việc))"
    ),
    "status_prison": re.compile(
        r"\b((đi|ở|vào|ngồi) tù|thụ án|chấp hành án|(trại|tạm|bị|bắt|đang) (tạm )?giam|tạm giữ|án phạt tù|đi cải tạo)\b"
    ),
    "status_rehab": re.compile(r"\b(đi cscn|cscnbb|đang (ở |tại |trong )?(cơ sở |trung tâm )?cai|vào cơ sở cai)\b"),
    "status_moved": re.compile(
        r"\b(chuyển (đi|địa phương|nơi|khẩu)|đã chuyển|(đi khỏi|ra khỏi|bỏ|rời|vắng|vắng mặt( tại)?) địa phương"
        r"|(đi khỏi|bỏ|rời) nơi cư trú|bỏ trốn|mất tích|không rõ tung tích|xuất cảnh|không còn (ở|cư trú|sinh sống))\b"
    ),
    "status_suspected": re.compile(r"\bnghi nghiện\b"),
    "no_fixed_residence": re.compile(
        r"\b(không (có )?(nơi|chỗ) (cư trú|ở)|(nơi|chỗ) (cư trú|ở) không (ổn định|rõ|xác định)"
        r"|không (rõ|xác định)( được)? (nơi|chỗ) (cư trú|ở)|lang thang|vô gia cư)\b"
    ),
}
UNMARKED = {
    "status_dead": re.compile(r"\b(chet|tu vong|qua doi|tu tran|da mat)\b(?! (cmnd|cccd|giay|can cuoc|so|dien thoai))"),
    "status_prison": re.compile(r"\b((di|o|vao|ngoi) tu|thu an|chap hanh an|(trai|tam|bi|bat|dang) giam|an phat tu)\b"),
    "status_rehab": re.compile(r"\b(di cscn|cscnbb|dang (o |tai |trong )?(co so |trung tam )?cai|vao co so cai)\b"),
    "status_moved": re.compile(
        r"\b(chuyen (di|dia phuong|noi|khau)|da chuyen|(di khoi|bo|roi|vang) dia phuong|bo tron|mat tich|xuat canh)\b"
    ),
    "status_suspected": re.compile(r"\bnghi nghien\b"),
    "no_fixed_residence": re.compile(r"\b(khong (co )?(noi|cho) (cu tru|o)|lang thang|vo gia cu)\b"),
}
# In an address it is where somebody is kept, in a note where they may have been.
KEPT_THERE = re.compile(r"\b(cơ sở|trung tâm) cai nghiện\b|\b(co so|trung tam) cai nghien\b")

BRACKETS = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]?")
BEFORE_STATUS = re.compile(r"([\s,;:\-\u2013\u2014]|\b(đã|đang|nay|hiện|bị|sống|da|dang)\b)+$", re.IGNORECASE)


def statuses_in(text: str) -> tuple[str, ...]:
    """The codes of what the text says of somebody's state."""
    small = one_spelling(text).lower()
    return tuple(code for code, said in _words(small).items() if said.search(small)) if small else ()


def without_statuses(name: str) -> str:
    """A name without what is said of its bearer's state, and without brackets: `Lâm Văn Sáu` of `… - đã chết`."""
    bare = BRACKETS.sub(" ", name)
    small = bare.lower()
    begins = [found.start() for said in _words(small).values() if (found := said.search(small))]
    return BEFORE_STATUS.sub("", bare[: min(begins, default=len(bare))])


def is_kept_there(address: str) -> bool:
    """Whether the address is that of a place where people are kept to be treated."""
    return KEPT_THERE.search(one_spelling(address).lower()) is not None


def _words(small: str) -> Mapping[str, re.Pattern[str]]:
    # Only a text without any mark: with some, `đi tu` is to become a monk.
    return UNMARKED if small.isascii() else WORDS
