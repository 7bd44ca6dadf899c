//! XLS: a compound file with a stream of records. The stream is taken out here, its records are
//! looked through against the limits, and it is handed on in a compound file of our own making:
//! the reader would follow a circle of sectors for ever and reserve what a record promises.

use std::collections::BTreeMap;

use super::workbook::{self, SheetFinds};
use super::{Book, BookError, CELLS_MAX, FILE_BYTES_MAX, SHEETS_MAX, TEXT_BYTES_MAX};

/// The first bytes of every compound file.
pub(super) const MAGIC: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// No more sectors in a chain.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Numbers from here on are no sectors.
const SECTOR_MAX: u32 = 0xFFFF_FFFA;
/// The small sectors of short streams.
const MINI_BYTES: usize = 64;
/// Streams shorter than this stand in small sectors.
const MINI_STREAM_BYTES: usize = 4_096;
/// Bytes of a directory entry.
const ENTRY_BYTES: usize = 128;
/// Copies of texts that cells may ask for, at the worst.
const TEXT_COPIES_MAX: usize = 16 * TEXT_BYTES_MAX;

const BOUND_SHEET: u16 = 0x0085;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
/// Whatever stands behind it is enciphered.
const PASSWORD: u16 = 0x002F;
const LINKED_BOOK: u16 = 0x01AE;
const DIMENSIONS: u16 = 0x0200;
const SHARED_TEXTS: u16 = 0x00FC;
const CONTINUED: u16 = 0x003C;
const LABEL_SHARED: u16 = 0x00FD;
const FORMAT: u16 = 0x041E;
const EXTENDED_FORMAT: u16 = 0x00E0;
/// Several numbers of one row.
const NUMBERS: u16 = 0x00BD;
/// One cell each: number, label, rich label, boolean, small number, shared label, formula.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, LABEL_SHARED, 0x0006];
/// A number that no reader knows: what is renamed to it is skipped.
const NOTHING: u16 = 0x0FFF;

pub(super) fn read(bytes: &[u8]) -> Result<Book, BookError> {
    let file = Compound::open(bytes)?;
    if file.stream("EncryptedPackage")?.is_some() {
        return Err(BookError::Protected);
    }
    let stream = match file.stream("Workbook")? {
        Some(stream) => stream,
        None => file
            .stream("Book")?
            .ok_or_else(|| BookError::NotATable("the file is an old Office file, not a workbook".into()))?,
    };
    let mut notes = Vec::new();
    if file.has("_VBA_PROJECT_CUR") {
        notes.push("its macros were not run".to_owned());
    }
    let mut stream = stream;
    let (finds, links) = look_through(&mut stream)?;
    if links == Links::Some {
        workbook::note_links(&mut notes);
    }
    workbook::xls(compound_of(&stream), &finds, notes)
}

fn odd(what: &str) -> BookError {
    BookError::Damaged(what.to_owned())
}

/// A compound file, taken apart.
struct Compound<'b> {
    bytes: &'b [u8],
    sector_bytes: usize,
    chain: Vec<u32>,
    mini_chain: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<(String, u32, usize)>,
}

impl<'b> Compound<'b> {
    fn open(bytes: &'b [u8]) -> Result<Self, BookError> {
        let sector_bytes = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return Err(odd("its sectors have an odd size")),
        };
        let mut file = Self {
            bytes,
            sector_bytes,
            chain: Vec::new(),
            mini_chain: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        file.chain = file.allocation()?;
        let directory = file.follow(u32_at(bytes, 48)?, usize::MAX)?;
        file.entries = directory.chunks_exact(ENTRY_BYTES).filter_map(entry).collect();
        let (start, length) = file
            .entries
            .first()
            .map(|(_, start, length)| (*start, *length))
            .ok_or_else(|| odd("its directory is empty"))?;
        if u32_at(bytes, 64)? > 0 {
            let table = file.follow(u32_at(bytes, 60)?, usize::MAX)?;
            file.mini_chain = table.chunks_exact(4).map(u32_of).collect();
            file.mini = file.follow(start, length)?;
        }
        Ok(file)
    }

    /// The table that says which sector follows which.
    fn allocation(&self) -> Result<Vec<u32>, BookError> {
        let mut tables: Vec<u32> =
            (0..109).map(|index| u32_at(self.bytes, 76 + 4 * index)).collect::<Result<_, _>>()?;
        let mut next = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while next < SECTOR_MAX {
            steps += 1;
            if steps > self.sectors_max() {
                return Err(odd("its sectors run in a circle"));
            }
            let sector = self.sector(next)?;
            let mut numbers: Vec<u32> = sector.chunks_exact(4).map(u32_of).collect();
            next = numbers.pop().unwrap_or(END_OF_CHAIN);
            tables.extend(numbers);
        }
        let mut chain = Vec::new();
        for table in tables.into_iter().filter(|table| *table < SECTOR_MAX).take(self.sectors_max()) {
            chain.extend(self.sector(table)?.chunks_exact(4).map(u32_of));
        }
        Ok(chain)
    }

    fn sectors_max(&self) -> usize {
        self.bytes.len() / self.sector_bytes + 1
    }

    /// A sector; the last one of a file may be cut.
    fn sector(&self, number: u32) -> Result<&'b [u8], BookError> {
        let start = (number as usize).saturating_add(1).saturating_mul(self.sector_bytes);
        let end = start.saturating_add(self.sector_bytes).min(self.bytes.len());
        self.bytes
            .get(start..end)
            .filter(|sector| !sector.is_empty())
            .ok_or_else(|| odd("a sector is missing"))
    }

    fn follow(&self, start: u32, length: usize) -> Result<Vec<u8>, BookError> {
        let mut out = Vec::new();
        let mut number = start;
        let mut steps = 0;
        while number < SECTOR_MAX && out.len() < length {
            steps += 1;
            if steps > self.sectors_max() {
                return Err(odd("its sectors run in a circle"));
            }
            out.extend_from_slice(self.sector(number)?);
            number = *self.chain.get(number as usize).ok_or_else(|| odd("a sector is missing"))?;
        }
        out.truncate(length);
        Ok(out)
    }

    fn follow_mini(&self, start: u32, length: usize) -> Result<Vec<u8>, BookError> {
        let mut out = Vec::new();
        let mut number = start;
        while number < SECTOR_MAX && out.len() < length {
            let at = (number as usize).saturating_mul(MINI_BYTES);
            let small = self.mini.get(at..(at + MINI_BYTES).min(self.mini.len())).unwrap_or_default();
            if small.is_empty() {
                return Err(odd("a sector is missing"));
            }
            out.extend_from_slice(small);
            number = *self.mini_chain.get(number as usize).ok_or_else(|| odd("a sector is missing"))?;
        }
        out.truncate(length);
        Ok(out)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(other, ..)| other.eq_ignore_ascii_case(name))
    }

    fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, BookError> {
        let found = self.entries.iter().find(|(other, ..)| other.eq_ignore_ascii_case(name));
        let Some((_, start, length)) = found else { return Ok(None) };
        if *length > FILE_BYTES_MAX {
            return Err(odd("a stream is longer than the file"));
        }
        let small = *length < MINI_STREAM_BYTES;
        let stream = if small { self.follow_mini(*start, *length)? } else { self.follow(*start, *length)? };
        if stream.len() == *length { Ok(Some(stream)) } else { Err(odd("a stream is cut")) }
    }
}

fn entry(bytes: &[u8]) -> Option<(String, u32, usize)> {
    let units = bytes[..64].chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let name: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let start = u32_at(bytes, 116).ok()?;
    let length = usize::try_from(u32_at(bytes, 120).ok()?).ok()?;
    Some((String::from_utf16_lossy(&name), start, length))
}

/// A record: its place in the stream, its kind, its data's place and length.
struct Record {
    at: usize,
    kind: u16,
    data: std::ops::Range<usize>,
}

/// The records from a place in the stream to its end.
fn records(stream: &[u8], from: usize) -> impl Iterator<Item = Result<Record, BookError>> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        if at >= stream.len() {
            return None;
        }
        let record = u16_at(stream, at).and_then(|kind| {
            let start = at + 4;
            let end = start + usize::from(u16_at(stream, at + 2)?);
            if end > stream.len() {
                Err(odd("a record is cut"))
            } else {
                Ok(Record { at, kind, data: start..end })
            }
        });
        at = record.as_ref().map_or(stream.len(), |record| record.data.end);
        Some(record)
    })
}

/// Checks every record that makes the reader reserve or repeat, and blanks those that promise.
fn look_through(stream: &mut [u8]) -> Result<(Vec<SheetFinds>, Links), BookError> {
    let globals = Globals::read(stream)?;
    let mut finds = Vec::new();
    let mut promises = Vec::new();
    let (mut labels, mut cells) = (0, 0);
    for start in &globals.sheets {
        let sheet = sheet(stream, *start, &globals.percents)?;
        labels += sheet.labels;
        // The reader makes all sheets before it gives any of them out, one listed twice two times.
        cells += sheet.rows * sheet.columns;
        if cells > CELLS_MAX {
            return Err(BookError::too_large("has too many cells", CELLS_MAX.to_string()));
        }
        promises.extend(sheet.promises);
        finds.push(sheet.finds);
    }
    if labels.saturating_mul(globals.text_bytes.min(2 * usize::from(u16::MAX))) > TEXT_COPIES_MAX {
        return Err(BookError::too_large("repeats long texts", format!("{TEXT_COPIES_MAX} bytes")));
    }
    for at in promises {
        stream[at..at + 2].copy_from_slice(&NOTHING.to_le_bytes());
    }
    Ok((finds, globals.links))
}

/// Whether cells ask for what stands in other files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Links {
    Some,
    #[default]
    None,
}

/// What the records before the first sheet say.
#[derive(Default)]
struct Globals {
    sheets: Vec<usize>,
    links: Links,
    text_bytes: usize,
    /// For each extended format, whether it shows a percentage.
    percents: Vec<bool>,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, BookError> {
        let mut globals = Self::default();
        // The formats that the program knows by number: 9 is 0%, 10 is 0.00%.
        let mut formats = BTreeMap::from([(9, true), (10, true)]);
        let mut used = Vec::new();
        let mut texts = false;
        for record in records(stream, 0) {
            let record = record?;
            let data = &stream[record.data.clone()];
            match record.kind {
                END => break,
                PASSWORD => return Err(BookError::Protected),
                BOUND_SHEET => globals.sheets.push(u32_at(data, 0)? as usize),
                // A book that is this file itself is said in four bytes.
                LINKED_BOOK if data.len() > 4 => globals.links = Links::Some,
                SHARED_TEXTS => globals.text_bytes += data.len(),
                CONTINUED if texts => globals.text_bytes += data.len(),
                FORMAT => {
                    // One byte or two a character: the percent sign is found either way.
                    let text: String = data
                        .iter()
                        .skip(5)
                        .filter(|byte| **byte != 0)
                        .map(|byte| char::from(*byte))
                        .collect();
                    formats.insert(u16_at(data, 0)?, workbook::shows_percent(&text));
                }
                EXTENDED_FORMAT => used.push(u16_at(data, 2)?),
                _ => {}
            }
            texts = record.kind == SHARED_TEXTS || (texts && record.kind == CONTINUED);
        }
        if globals.sheets.len() > SHEETS_MAX {
            let what = format!("has {} sheets", globals.sheets.len());
            return Err(BookError::too_large(what, SHEETS_MAX.to_string()));
        }
        if globals.sheets.iter().any(|start| *start >= stream.len()) {
            return Err(odd("a sheet is missing"));
        }
        globals.percents = used.iter().map(|format| formats.get(format).copied().unwrap_or(false)).collect();
        Ok(globals)
    }
}

/// What one sheet's records say.
#[derive(Default)]
struct Looked {
    finds: SheetFinds,
    labels: usize,
    promises: Vec<usize>,
    rows: usize,
    columns: usize,
}

fn sheet(stream: &[u8], start: usize, percents: &[bool]) -> Result<Looked, BookError> {
    let mut looked = Looked::default();
    let mut depth = 0_usize;
    for record in records(stream, start) {
        let record = record?;
        match record.kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            DIMENSIONS => looked.promises.push(record.at),
            LABEL_SHARED => {
                looked.labels += 1;
                looked.cells(&stream[record.data], record.kind, percents)?;
            }
            kind if kind == NUMBERS || CELLS.contains(&kind) => {
                looked.cells(&stream[record.data], kind, percents)?;
            }
            _ => {}
        }
    }
    Ok(looked)
}

impl Looked {
    fn cells(&mut self, data: &[u8], kind: u16, percents: &[bool]) -> Result<(), BookError> {
        let (row, first) = (usize::from(u16_at(data, 0)?), usize::from(u16_at(data, 2)?));
        let count = if kind == NUMBERS { data.len().saturating_sub(6) / 6 } else { 1 };
        for index in 0..count {
            let format = usize::from(u16_at(data, 4 + 6 * index)?);
            if percents.get(format).copied().unwrap_or(false) {
                self.finds.percents.insert((row, first + index));
            }
        }
        self.rows = self.rows.max(row + 1);
        self.columns = self.columns.max(first + count.max(1));
        // The reader makes a whole rectangle of a sheet.
        if self.rows.saturating_mul(self.columns) > CELLS_MAX {
            return Err(BookError::too_large("has too many cells", CELLS_MAX.to_string()));
        }
        Ok(())
    }
}

/// A compound file that holds nothing but a workbook's stream.
fn compound_of(stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    // A short stream would have to stand in small sectors: blanks behind the last record do no harm
    // there, as the reader ends with the last sheet's own end.
    let length = stream.len().max(MINI_STREAM_BYTES);
    let data = length.div_ceil(SECTOR);
    let tables = (data + 2).div_ceil(SECTOR / 4 - 1) + 1;
    let extra = tables.saturating_sub(109).div_ceil(SECTOR / 4 - 1);
    let mut file = header(tables, extra, data);
    // Sectors: the tables, their extra list, the directory, the stream.
    for list in 0..extra {
        let mut numbers: Vec<u32> =
            (0..127).map(|index| 109 + list * 127 + index).map(|table| number_below(table, tables)).collect();
        numbers.push(if list + 1 < extra { le(tables + list + 1) } else { END_OF_CHAIN });
        file.extend(numbers.into_iter().flat_map(u32::to_le_bytes));
    }
    let mut directory = directory_entry("Root Entry", 5, END_OF_CHAIN, 0, 1);
    directory.extend(directory_entry("Workbook", 2, le(tables + extra + 1), length, u32::MAX));
    directory.resize(SECTOR, 0);
    let mut chain = vec![0xFFFF_FFFD; tables];
    chain.extend(vec![0xFFFF_FFFC; extra]);
    chain.push(END_OF_CHAIN);
    chain.extend(
        (1..=data).map(|index| if index == data { END_OF_CHAIN } else { le(tables + extra + 1 + index) }),
    );
    chain.resize(tables * SECTOR / 4, u32::MAX);
    let at = SECTOR;
    file.splice(at..at, chain.into_iter().flat_map(u32::to_le_bytes));
    file.extend(directory);
    file.extend_from_slice(stream);
    file.resize(file.len() + data * SECTOR - stream.len(), 0);
    file
}

fn header(tables: usize, extra: usize, data: usize) -> Vec<u8> {
    debug_assert!(data < SECTOR_MAX as usize);
    let mut header = MAGIC.to_vec();
    header.resize(24, 0);
    header.extend([0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    header.resize(44, 0);
    header.extend(le(tables).to_le_bytes());
    header.extend(le(tables + extra).to_le_bytes());
    header.extend([0, 0, 0, 0, 0, 0x10, 0, 0]);
    header.extend(END_OF_CHAIN.to_le_bytes());
    header.extend(0_u32.to_le_bytes());
    let list = if extra > 0 { le(tables) } else { END_OF_CHAIN };
    header.extend(list.to_le_bytes());
    header.extend(le(extra).to_le_bytes());
    header.extend((0..109).flat_map(|table| number_below(table, tables).to_le_bytes()));
    header
}

fn directory_entry(name: &str, kind: u8, start: u32, length: usize, child: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_bytes = u8::try_from(entry.len() + 2).unwrap_or(64);
    entry.resize(64, 0);
    entry.extend([name_bytes, 0, kind, 1]);
    entry.extend([0xFF; 8]);
    entry.extend(child.to_le_bytes());
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(le(length).to_le_bytes());
    entry.resize(ENTRY_BYTES, 0);
    entry
}

/// A table's number, or "none" where there are not so many.
fn number_below(table: usize, tables: usize) -> u32 {
    if table < tables { le(table) } else { u32::MAX }
}

/// All numbers are far below the limit: the file was measured.
fn le(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, BookError> {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map(u16::from_le_bytes).ok_or_else(|| odd("it ends too early"))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, BookError> {
    bytes.get(at..at + 4).map(u32_of).ok_or_else(|| odd("it ends too early"))
}

fn u32_of(four: &[u8]) -> u32 {
    four.try_into().map_or(u32::MAX, u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_comes_out_of_the_file_that_is_made_of_it() {
        for length in [10, MINI_STREAM_BYTES, 70_000, 9_000_000] {
            let stream: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
            let file = compound_of(&stream);
            let found = Compound::open(&file).expect("sound").stream("Workbook").expect("sound");
            assert!(found.expect("there").starts_with(&stream), "{length}");
        }
    }

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).expect("small");
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    /// A stream whose one sheet, a number in its last row and column, is listed so many times.
    fn listed(count: usize, row: u16, column: u16) -> Vec<u8> {
        let begin = |kind: u8| record(BEGIN, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let start = begin(5).len() + count * record(BOUND_SHEET, &[0; 9]).len() + record(END, &[]).len();
        let mut stream = begin(5);
        for name in (b'A'..).take(count) {
            stream.extend(record(BOUND_SHEET, &[&le(start).to_le_bytes()[..], &[0, 0, 1, 0, name]].concat()));
        }
        stream.extend(record(END, &[]));
        stream.extend(begin(0x10));
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        stream.extend(record(CELLS[0], &[&place, &1.0_f64.to_le_bytes()[..]].concat()));
        stream.extend(record(END, &[]));
        stream
    }

    #[test]
    fn sheets_are_counted_together() {
        let read = |count| read(&compound_of(&listed(count, 999, 499)));
        assert_eq!(read(2).map(|book| book.sheets.len()), Ok(2));
        assert!(matches!(read(3), Err(BookError::TooLarge { .. })));
    }

    #[test]
    fn a_password_is_said_before_what_it_hides_is_read() {
        let record = |kind: u16, data: &[u8]| {
            let length = u16::try_from(data.len()).expect("short");
            [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
        };
        let stream = [record(BEGIN, &[0; 16]), record(PASSWORD, &[1; 54]), record(BOUND_SHEET, &[0xFF; 9])];
        assert_eq!(read(&compound_of(&stream.concat())), Err(BookError::Protected));
    }

    #[test]
    fn a_circle_of_sectors_is_seen() {
        let mut file = compound_of(&[0; 5_000]);
        // The directory's sector, behind two of tables, is followed by itself.
        let at = 512 + 4 * 2;
        file[at..at + 4].copy_from_slice(&2_u32.to_le_bytes());
        let found = Compound::open(&file).map(drop);
        assert!(found.is_err());
    }
}
