//! What one file may ask of us (issue 3 §2).

/// Bytes of a file.
pub const FILE_BYTES_MOST: usize = 20 << 20;
/// Bytes of a workbook once inflated.
pub const INFLATED_BYTES_MOST: u64 = 200 << 20;
/// Rows of people.
pub const ROWS_MOST: u32 = 200_000;
/// Columns that are looked at; what stands further right is not read (local choice).
pub const COLUMNS_MOST: usize = 256;

/// Rows above the people: titles, remarks, two rows of headers.
pub(super) const ROWS_ABOVE_MOST: u32 = 50;
/// Characters of one cell: Excel's own limit.
pub(super) const CELL_CHARS_MOST: usize = 32_767;
/// Bytes of one tag or one run of text in a workbook: a full cell with each character escaped.
pub(super) const PIECE_BYTES_MOST: usize = 256 << 10;
/// Bytes of all different texts of a workbook, which are held in memory.
pub(super) const TEXTS_BYTES_MOST: usize = 64 << 20;
/// Different texts of a workbook.
pub(super) const TEXTS_MOST: usize = 4_000_000;
/// Files in a workbook.
pub(super) const MEMBERS_MOST: usize = 1_000;
/// Sheets, cell formats, merged areas.
pub(super) const SHEETS_MOST: usize = 100;
pub(super) const FORMATS_MOST: usize = 65_536;
pub(super) const MERGED_MOST: usize = 100_000;
