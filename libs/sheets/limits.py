"""How large a file may be, in every direction; what is larger is refused before it is held in memory."""

# A whole country is 300,000 rows of 40 columns, about 150 MB of text (domain.md §7.2).
FILE_BYTES_MAX = 200 * 1024 * 1024
UNPACKED_BYTES_MAX = 1024 * 1024 * 1024
ARCHIVE_PARTS_MAX = 2_000
SHEETS_MAX = 200
ROWS_MAX = 399_999
COLUMNS_MAX = 64
CELL_CHARS_MAX = 4_000
MERGES_MAX = 100_000
HEADING_ROWS_MAX = 20
JSON_BYTES_MAX = 100 * 1024 * 1024
