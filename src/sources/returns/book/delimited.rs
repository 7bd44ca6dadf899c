//! CSV: the delimiter and the encoding are found, not asked for.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::cells::{Cell, Gatherer};
use super::{Book, BookError, FILE_BYTES_MAX};

/// Delimiters that are tried, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Lines that are looked at to find the delimiter.
const LINES_TRIED: usize = 20;

pub(super) fn read(bytes: &[u8]) -> Result<Book, BookError> {
    let (text, note) = decode(bytes)?;
    let delimiter = delimiter(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut gatherer = Gatherer::default();
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, row: 0 };
    while reader.read_record(&mut record).map_err(|error| BookError::Damaged(error.to_string()))? {
        let start = record.position().map_or(0, |place| place.byte());
        let row = lines.row_at(usize::try_from(start).unwrap_or(usize::MAX));
        for (column, field) in record.iter().enumerate() {
            gatherer.put(row, column, Cell::text(field))?;
        }
    }
    let sheets = vec![gatherer.sheet("", &[])?];
    Ok(Book { sheets, notes: note.into_iter().collect(), ..Book::default() })
}

/// Counts lines as people see them in an editor: the reader counts neither the blank ones before a
/// record nor both halves of a Windows line end.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    row: usize,
}

impl Lines<'_> {
    /// The line, from 0, of the record that begins at a byte or after the line ends there.
    fn row_at(&mut self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let end = (start.saturating_add(blank)).min(self.text.len());
        let passed = self.text.get(self.at..end).unwrap_or_default();
        // A Windows line end counts once, by its second half; an old Macintosh has only the first.
        let next = passed.iter().skip(1).chain([&0]);
        let ends = passed.iter().zip(next).filter(|(byte, next)| match byte {
            b'\r' => **next != b'\n',
            byte => **byte == b'\n',
        });
        self.row += ends.count();
        self.at = end.max(self.at);
        self.row
    }
}

/// UTF-8 with or without a mark, UTF-16 with one, or else Windows-1252, which every byte is.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<String>), BookError> {
    let encoding = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let is_wide = encoding == Some(UTF_16LE) || encoding == Some(UTF_16BE);
    if !is_wide && bytes.contains(&0) {
        return Err(BookError::NotATable("the file is neither a spreadsheet nor text".into()));
    }
    if is_wide && bytes.len() > FILE_BYTES_MAX / 2 {
        return Err(BookError::too_large("is text in UTF-16", format!("{} bytes", FILE_BYTES_MAX / 2)));
    }
    let (text, used, malformed) = encoding.unwrap_or(UTF_8).decode(bytes);
    if !malformed {
        return Ok((text, None));
    }
    if used != UTF_8 {
        return Err(BookError::Damaged(format!("it is not text in {}", used.name())));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok((text, Some("read as Windows-1252, as it is not UTF-8".into())))
}

/// The delimiter that stands in most lines as often as in the first of several columns.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_TRIED).collect();
    let weight = |delimiter: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| count(line, delimiter)).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == most).count();
        if most == 0 { (0, 0) } else { (alike * most, most) }
    };
    // Of equals the first: max_by_key would take the last.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| weight(*delimiter)).unwrap_or(b',')
}

/// How often a delimiter stands outside quotes.
fn count(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted && *byte == delimiter
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let book = read(bytes).expect("a table");
        book.sheets[0].rows.iter().map(|row| row.cells.iter().map(Cell::shown).collect()).collect()
    }

    #[test]
    fn delimiters_and_encodings_are_found() {
        let expected = vec![vec!["a", "Caf\u{e9}"], vec!["1,5", "x"]];
        assert_eq!(cells("a;Café\n1,5;x\n".as_bytes()), expected);
        assert_eq!(cells("\u{feff}a;Café\r\n1,5 ; x\r\n".as_bytes()), expected);
        assert_eq!(cells(b"a\tCaf\xe9\n\"1,5\"\tx\n"), expected);
        assert_eq!(cells("a,Café\n\"1,5\",x".as_bytes()), expected);
        let wide: Vec<u8> = "\u{feff}a|Café\n1,5|x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&wide), expected);
    }

    #[test]
    fn lines_are_counted_as_people_do() {
        let book = read(b"a,b\n\"one\ntwo\",2\n,\n3,4\n").expect("a table");
        let numbers =
            |book: &Book| -> Vec<usize> { book.sheets[0].rows.iter().map(|row| row.number).collect() };
        assert_eq!(numbers(&book), [1, 2, 5]);
        let windows = read(b"title\r\n\r\na,b\r\n1,2\r\n").expect("a table");
        assert_eq!(numbers(&windows), [1, 3, 4]);
    }

    #[test]
    fn lines_of_an_old_macintosh_are_lines() {
        let expected = vec![vec!["a", "b"], vec!["1", "2"], vec!["3", "4"]];
        assert_eq!(cells(b"a,b\r1,2\r3,4\r"), expected);
        let book = read(b"a\r\rb\r\nc\nd").expect("a table");
        let numbers: Vec<usize> = book.sheets[0].rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 4, 5]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(matches!(read(b"a\0b"), Err(BookError::NotATable(_))));
    }
}
