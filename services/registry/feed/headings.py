"""What the columns of a police list are called (domain.md §5.1), and which lines between its rows are titles."""

import re
from datetime import date

from libs.sheets.columns import Column, Layout
from libs.vietnam.places import resolve_unit
from libs.vietnam.spelling import one_spelling

UNIT_KIND = re.compile(r"(phường|xã|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh|[pxqht]\.|t[tpx]\.?)\s*\S")
UNMARKED_KIND = re.compile(r"(phuong|xa|thi tran|dac khu|quan|huyen|thi xa|thanh pho|tinh) ")
GROUP = re.compile(r"(danh sách|người (nghiện|sử dụng|sau cai|đang)|nhóm|diện|ấp|thôn|khu phố|tổ dân phố|buôn|khóm)\b")
BOTH_CATALOGUES = date(2026, 1, 1)


def is_title(text: str) -> bool:
    """Whether a text alone in its row is a title: it names a unit or a group. Unmarked, the unit must exist.

    `XA VAN A` may be somebody of the surname Xa; `XA BAU TRAM` is a commune.
    """
    small = one_spelling(text).lower()
    if UNIT_KIND.match(small) or GROUP.match(small):
        return True
    return UNMARKED_KIND.match(small) is not None and bool(resolve_unit(text, on=BOTH_CATALOGUES))


COLUMNS = [
    Column("row_no", ["STT", "TT", "Số thứ tự", "Số TT"]),
    Column(
        "full_name",
        [
            "Họ và tên",
            "Họ tên",
            "Họ, tên",
            "Họ và tên đối tượng",
            "Họ tên đối tượng",
            "Họ tên khai sinh",
            "Họ và tên khai sinh",
            "Họ, chữ đệm và tên",
            "Họ, chữ đệm và tên khai sinh",
            "Họ và tên người nghiện",
            "Họ và tên người sau cai nghiện",
            "Đối tượng",
        ],
        required=True,
    ),
    Column("other_names", ["Tên gọi khác", "Bí danh", "Biệt danh", "Tên khác", "Tên thường gọi"]),
    Column("sex", ["Giới tính", "Nam/Nữ", "Giới"]),
    Column("male_year", ["Năm sinh Nam", "Ngày sinh Nam", "Ngày, tháng, năm sinh Nam", "Giới tính Nam", "Nam"]),
    Column("female_year", ["Năm sinh Nữ", "Ngày sinh Nữ", "Ngày, tháng, năm sinh Nữ", "Giới tính Nữ", "Nữ"]),
    Column(
        "dob",
        ["Ngày, tháng, năm sinh", "Ngày tháng năm sinh", "Ngày sinh", "Năm sinh", "Ngày/tháng/năm sinh", "NTNS"],
    ),
    Column("pob", ["Nơi sinh"], own=True),
    Column("native_place", ["Quê quán", "Nguyên quán"], own=True),
    Column(
        "permanent_address",
        ["Nơi thường trú", "Thường trú", "Hộ khẩu thường trú", "HKTT", "Nơi ĐKTT", "Nơi đăng ký thường trú"],
        own=True,
    ),
    Column("temporary_address", ["Nơi tạm trú", "Tạm trú"], own=True),
    Column("both_addresses", ["Nơi thường trú/tạm trú", "Thường trú, tạm trú", "Nơi thường trú, tạm trú"], own=True),
    Column(
        "current_address",
        [
            "Nơi ở hiện tại",
            "Nơi ở hiện nay",
            "Chỗ ở hiện nay",
            "Chỗ ở hiện tại",
            "Nơi cư trú",
            "Nơi ở",
            "Địa chỉ",
            "Địa chỉ cư trú",
            "Nơi cư trú hiện tại",
            "Chỗ ở",
        ],
        own=True,
    ),
    Column(
        "unit", ["Xã/Phường", "Xã, phường", "Phường/xã", "Phường, xã", "Xã, phường, thị trấn", "Đơn vị", "Xã"], own=True
    ),
    Column("unit_code", ["Mã xã", "Mã phường", "Mã đơn vị", "Mã ĐVHC", "Mã xã, phường"]),
    Column("district", ["Huyện", "Quận/Huyện", "Quận, huyện", "Huyện, thị xã, thành phố"], own=True),
    Column("province", ["Tỉnh", "Tỉnh/Thành phố", "Tỉnh, thành phố"], own=True),
    Column(
        "id_number",
        [
            "Số CMND/CCCD",
            "CMND/CCCD",
            "Số CMND/CCCD/Hộ chiếu",
            "CMND/CCCD/Hộ chiếu",
            "Số CCCD/CMND",
            "CCCD/CMND",
            "Số giấy tờ",
            "Số định danh cá nhân/CMND",
            "Số CMND, CCCD",
            "Giấy tờ tùy thân",
            "Số CMND/CCCD Số",
        ],
    ),
    Column(
        "citizen_id",
        ["Số CCCD", "CCCD", "Số định danh cá nhân", "Số định danh", "Số căn cước", "Căn cước", "Căn cước công dân"],
    ),
    Column("legacy_id9", ["Số CMND", "CMND", "Chứng minh nhân dân", "Chứng minh thư"]),
    Column("issued_on", ["Ngày cấp", "Số CMND/CCCD Ngày cấp"]),
    Column("issued_by", ["Nơi cấp", "Số CMND/CCCD Nơi cấp"], own=True),
    Column("ethnicity", ["Dân tộc"]),
    Column("religion", ["Tôn giáo"]),
    Column("education", ["Trình độ học vấn", "Trình độ văn hóa", "Học vấn"]),
    Column("occupation", ["Nghề nghiệp"]),
    Column("workplace", ["Nơi làm việc", "Nơi làm việc/học tập", "Nơi học tập"], own=True),
    Column("nationality", ["Quốc tịch"]),
    Column("father", ["Họ tên cha", "Họ và tên cha", "Cha"]),
    Column("mother", ["Họ tên mẹ", "Họ và tên mẹ", "Mẹ"]),
    Column("record_flags", ["Nhân thân", "Tiền án, tiền sự", "Tiền án tiền sự"]),
    Column("psychosis", ["Biểu hiện loạn thần", "Loạn thần"]),
    Column("first_use_at", ["Thời điểm bắt đầu sử dụng", "Năm bắt đầu sử dụng", "Thời gian sử dụng"]),
    Column("drug_types", ["Loại ma túy", "Loại ma túy sử dụng", "Chất ma túy"]),
    Column("routes", ["Hình thức sử dụng", "Cách sử dụng", "Đường dùng"]),
    Column("rehab_times", ["Số lần cai", "Số lần cai nghiện", "Số lần đã cai nghiện"]),
    Column("frequency", ["Tần suất", "Tần suất sử dụng"]),
    Column("phone", ["Số điện thoại", "Điện thoại", "SĐT"]),
    Column("test_result", ["Kết quả xét nghiệm", "Xét nghiệm", "Kết quả test"]),
    Column("test_date", ["Ngày xét nghiệm"]),
    Column("decision_no", ["Số quyết định", "Quyết định số", "Số QĐ", "QĐ quản lý", "Quyết định quản lý Số"]),
    Column("decision_date", ["Ngày quyết định", "Ngày QĐ", "Quyết định quản lý Ngày"]),
    Column("term_from", ["Từ ngày", "Thời gian quản lý từ ngày", "Thời gian quản lý từ"]),
    Column("term_to", ["Đến ngày", "Thời gian quản lý đến ngày", "Thời gian quản lý đến"]),
    Column("moved_to", ["Nơi chuyển đến"], own=True),
    Column("stop_reason", ["Lý do dừng", "Lý do dừng quản lý"]),
    Column("category", ["Diện", "Diện quản lý", "Diện đối tượng", "Phân loại", "Tình trạng", "Trạng thái"], own=True),
    Column("note", ["Ghi chú"], own=True),
]
LAYOUT = Layout(COLUMNS, is_section=is_title, counter="row_no")
