//! XLSX and ODS: zip files. Each part is unpacked here under limits, and only the parts that are
//! needed are handed on, packed anew without compression: what the workbook's reader sees has been
//! measured.

use flate2::{Decompress, FlushDecompress, Status};

use super::sheets;
use super::tags::Tag;
use super::{Book, BookError, PARTS_MAX, RATIO_MAX, UNPACKED_BYTES_MAX, open_document, tags, workbook};

/// The directory's end is this long, without a comment.
const END_BYTES: usize = 22;
/// A directory entry, without its name.
const ENTRY_BYTES: usize = 46;
/// A part's own header, without its name.
const HEADER_BYTES: usize = 30;
/// A part up to this may be packed as hard as it likes.
const RATIO_FREE_BYTES: usize = 1024 * 1024;

/// The tag of a list of shared texts, whatever stands before its name.
const TEXTS_TAG: &str = "sst";

/// The attribute that says how many shared texts there are.
const TEXTS_PROMISED: &str = "uniqueCount";

/// A part of the file.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// A part as the directory lists it.
struct Entry {
    name: String,
    method: u16,
    packed: usize,
    unpacked: usize,
    offset: usize,
}

pub(super) fn read(bytes: &[u8]) -> Result<Book, BookError> {
    let entries = directory(bytes)?;
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    if has("xl/workbook.bin") {
        return Err(BookError::NotATable("the file is an .xlsb workbook".into()));
    }
    let mut notes = Vec::new();
    note(&mut notes, &entries, "xl/vbaProject.bin", "its macros were not run");
    note(&mut notes, &entries, "Basic/", "its macros were not run");
    if entries.iter().any(|entry| entry.name.starts_with("xl/externalLinks/")) {
        workbook::note_links(&mut notes);
    }
    // From LibreOffice 24.8 on a protected file is one part that holds the others.
    if has("encrypted-package") {
        return Err(BookError::Protected);
    }
    let open_document = has("content.xml") && has("mimetype");
    if !open_document && !has("xl/workbook.xml") {
        return Err(BookError::NotATable("the file is a zip archive without a workbook".into()));
    }
    let needed: fn(&str) -> bool = if open_document { needed_of_ods } else { needed_of_xlsx };
    let parts = unpack(bytes, entries.iter().filter(|entry| needed(&entry.name)))?;
    let mut book = if open_document { of_ods(parts)? } else { of_xlsx(parts)? };
    book.notes.splice(0..0, notes);
    Ok(book)
}

fn note(notes: &mut Vec<String>, entries: &[Entry], prefix: &str, words: &str) {
    if entries.iter().any(|entry| entry.name.starts_with(prefix)) {
        notes.push(words.to_owned());
    }
}

fn needed_of_xlsx(name: &str) -> bool {
    let workbook = ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"];
    let tables = ["xl/sharedStrings.xml", "xl/styles.xml"];
    workbook.contains(&name)
        || tables.contains(&name)
        || (name.starts_with("xl/worksheets/") && name.ends_with(".xml"))
        || (name.starts_with("xl/chartsheets/") && name.ends_with(".xml"))
}

fn needed_of_ods(name: &str) -> bool {
    ["mimetype", "content.xml", "META-INF/manifest.xml"].contains(&name)
}

fn of_xlsx(parts: Vec<Part>) -> Result<Book, BookError> {
    let mut merges = workbook::Merges::None;
    for part in &parts {
        tags::each(text(part)?, |tag| match tag {
            Tag::Open(name, attributes) | Tag::Empty(name, attributes) => {
                if name.ends_with("mergeCell") {
                    merges = workbook::Merges::Some;
                }
                if name.ends_with(TEXTS_TAG) { promises(attributes, part.bytes.len()) } else { Ok(()) }
            }
            Tag::Close(_) | Tag::Text(_) => Ok(()),
        })?;
    }
    sheets::each_has_its_own_part(&parts)?;
    workbook::xlsx(pack(parts), merges)
}

/// The reader reserves as many shared texts as a part says it has: more than it has bytes is a lie.
/// Wherever the word stands it is taken for the attribute, as the reader might.
fn promises(attributes: &str, bytes: usize) -> Result<(), BookError> {
    for (at, word) in attributes.match_indices(TEXTS_PROMISED) {
        let said = attributes[at + word.len()..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        let digits = said.find(|c: char| !c.is_ascii_digit()).map_or(said, |end| &said[..end]);
        if !digits.is_empty() && digits.parse().map_or(true, |count: usize| count > bytes) {
            return Err(tags::odd("a count of more texts than it has"));
        }
    }
    Ok(())
}

fn of_ods(parts: Vec<Part>) -> Result<Book, BookError> {
    // First the list of parts: it says whether the content is readable at all.
    if let Some(manifest) = parts.iter().find(|part| part.name == "META-INF/manifest.xml") {
        tags::each(text(manifest)?, |tag| match tag {
            Tag::Open("manifest:encryption-data", _) => Err(BookError::Protected),
            _ => Ok(()),
        })?;
    }
    let content = parts.iter().find(|part| part.name == "content.xml");
    let survey = open_document::survey(text(content.ok_or_else(|| damaged("it has no content"))?)?)?;
    workbook::ods(pack(parts), &survey)
}

pub(super) fn text(part: &Part) -> Result<&str, BookError> {
    std::str::from_utf8(&part.bytes).map_err(|_| tags::odd("text that is not UTF-8"))
}

fn damaged(what: &str) -> BookError {
    BookError::Damaged(what.to_owned())
}

/// The directory at the end of the file; it must end where the file ends, so that no other reader
/// finds another one.
fn directory(bytes: &[u8]) -> Result<Vec<Entry>, BookError> {
    let cut = || damaged("its end is missing; it may have been cut on the way");
    let end_at = bytes.len().checked_sub(END_BYTES).ok_or_else(cut)?;
    let end = &bytes[end_at..];
    if !end.starts_with(b"PK\x05\x06") || u16_at(end, 20)? != 0 {
        return Err(cut());
    }
    let count = usize::from(u16_at(end, 10)?);
    if count > PARTS_MAX {
        return Err(BookError::too_large(format!("has {count} parts"), PARTS_MAX.to_string()));
    }
    let start = usize_at(end, 16)?;
    if start.checked_add(usize_at(end, 12)?) != Some(end_at) {
        return Err(damaged("its directory is not where it should be"));
    }
    let mut at = start;
    let mut entries: Vec<Entry> = Vec::with_capacity(count);
    for _ in 0..count {
        let (entry, next) = entry(bytes, at)?;
        if entries.iter().any(|other| other.name == entry.name) {
            return Err(damaged("two of its parts have one name"));
        }
        entries.push(entry);
        at = next;
    }
    if at == end_at { Ok(entries) } else { Err(damaged("its directory is longer than it says")) }
}

fn entry(bytes: &[u8], at: usize) -> Result<(Entry, usize), BookError> {
    let odd = || damaged("its directory cannot be read");
    let head = bytes.get(at..at + ENTRY_BYTES).ok_or_else(odd)?;
    if !head.starts_with(b"PK\x01\x02") {
        return Err(odd());
    }
    if u16_at(head, 8)? & 1 == 1 {
        return Err(BookError::Protected);
    }
    let name_bytes = usize::from(u16_at(head, 28)?);
    let behind = usize::from(u16_at(head, 30)?) + usize::from(u16_at(head, 32)?);
    let name = bytes.get(at + ENTRY_BYTES..at + ENTRY_BYTES + name_bytes).ok_or_else(odd)?;
    let name = std::str::from_utf8(name).map_err(|_| odd())?.replace('\\', "/");
    let entry = Entry {
        name,
        method: u16_at(head, 10)?,
        packed: usize_at(head, 20)?,
        unpacked: usize_at(head, 24)?,
        offset: usize_at(head, 42)?,
    };
    Ok((entry, at + ENTRY_BYTES + name_bytes + behind))
}

/// Unpacks parts; sizes and ratios are checked against the directory first, and the directory
/// against what comes out.
fn unpack<'e>(bytes: &[u8], entries: impl Iterator<Item = &'e Entry>) -> Result<Vec<Part>, BookError> {
    let mut parts = Vec::new();
    let mut inflate = Decompress::new(false);
    let mut total = 0_usize;
    for entry in entries {
        total = total.saturating_add(entry.unpacked);
        if total > UNPACKED_BYTES_MAX {
            let limit = format!("{UNPACKED_BYTES_MAX} bytes");
            return Err(BookError::too_large(format!("unpacks to {total} bytes"), limit));
        }
        let ratio = entry.unpacked / entry.packed.max(1);
        if entry.unpacked > RATIO_FREE_BYTES && ratio > RATIO_MAX {
            let what = format!("unpacks to {ratio} times its size");
            return Err(BookError::too_large(what, format!("{RATIO_MAX} times")));
        }
        parts.push(Part { name: entry.name.clone(), bytes: unpack_one(bytes, entry, &mut inflate)? });
    }
    Ok(parts)
}

fn unpack_one(bytes: &[u8], entry: &Entry, inflate: &mut Decompress) -> Result<Vec<u8>, BookError> {
    let odd = || damaged(&format!("its part {} cannot be unpacked", crate::domain::clean_text(&entry.name)));
    let head = bytes.get(entry.offset..).and_then(|rest| rest.get(..HEADER_BYTES)).ok_or_else(odd)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(odd());
    }
    let start = entry.offset + HEADER_BYTES + usize::from(u16_at(head, 26)?) + usize::from(u16_at(head, 28)?);
    let packed = start.checked_add(entry.packed).and_then(|end| bytes.get(start..end)).ok_or_else(odd)?;
    match entry.method {
        0 if packed.len() == entry.unpacked => Ok(packed.to_vec()),
        8 => {
            inflate.reset(false);
            // One byte more than it said is enough to know that it lied; what it said was measured.
            let mut out = Vec::with_capacity(entry.unpacked + 1);
            match inflate.decompress_vec(packed, &mut out, FlushDecompress::Finish) {
                Ok(Status::StreamEnd) if out.len() == entry.unpacked => Ok(out),
                _ => Err(odd()),
            }
        }
        _ => Err(odd()),
    }
}

/// Packs parts anew, without compression; each is let go when it is in.
fn pack(parts: Vec<Part>) -> Vec<u8> {
    let count = le16(parts.len());
    let mut file = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 256).sum());
    let mut directory = Vec::new();
    for part in parts {
        let mut crc = flate2::Crc::new();
        crc.update(&part.bytes);
        let size = le32(part.bytes.len());
        let mut common = Vec::with_capacity(26);
        common.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        common.extend(crc.sum().to_le_bytes());
        common.extend(size);
        common.extend(size);
        common.extend(le16(part.name.len()));
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(le32(file.len()));
        directory.extend(part.name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(part.name.as_bytes());
        file.extend(&part.bytes);
    }
    let start = file.len();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(le32(directory.len()));
    file.extend(le32(start));
    file.extend([0, 0]);
    file
}

/// All sizes are far below the limit of the form: the parts were measured.
fn le32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn le16(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, BookError> {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map(u16::from_le_bytes).ok_or_else(|| damaged("it ends too early"))
}

fn usize_at(bytes: &[u8], at: usize) -> Result<usize, BookError> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    four.and_then(|number| usize::try_from(number).ok()).ok_or_else(|| damaged("it ends too early"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let part = |name: &str, bytes: &[u8]| Part { name: name.into(), bytes: bytes.into() };
        let file = pack(vec![part("a", b"one"), part("b/c", b"")]);
        let entries = directory(&file).expect("a directory");
        let parts = unpack(&file, entries.iter()).expect("sound");
        assert_eq!(parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["a", "b/c"]);
        assert_eq!(parts[0].bytes, b"one");
    }

    #[test]
    fn a_password_is_said_whichever_version_set_it() {
        let part = |name: &str, text: &str| Part { name: name.into(), bytes: text.into() };
        let manifest = "<manifest:file-entry><manifest:encryption-data a='b'></manifest:encryption-data></manifest:file-entry>";
        let older = vec![
            part("mimetype", ""),
            part("content.xml", "secret"),
            part("META-INF/manifest.xml", manifest),
        ];
        let newer = vec![part("mimetype", ""), part("encrypted-package", "secret")];
        for parts in [older, newer] {
            assert_eq!(read(&pack(parts)), Err(BookError::Protected));
        }
    }

    #[test]
    fn a_count_of_texts_that_lies_is_refused() {
        for (attributes, sound) in [
            ("count='9999' uniqueCount='12'", true),
            ("uniqueCount=\"100\"", true),
            ("uniqueCount=''", true),
            ("uniqueCount=\"101\"", false),
            ("uniqueCount = '+4000000000'", false),
            ("x:uniqueCount='99999999999999999999999'", false),
        ] {
            assert_eq!(promises(attributes, 100).is_ok(), sound, "{attributes}");
        }
        let part = |name: &str, text: &str| Part { name: name.into(), bytes: text.into() };
        let parts = |count: &str| {
            let texts = format!("<sst uniqueCount='{count}'><si><t>a</t></si></sst>");
            vec![part("xl/workbook.xml", "<workbook/>"), part("xl/sharedStrings.xml", &texts)]
        };
        let lie = of_xlsx(parts("4000000000")).expect_err("there is one");
        assert!(lie.to_string().contains("more texts than it has"), "{lie}");
        let other = of_xlsx(parts("1")).expect_err("it has no relations");
        assert!(!other.to_string().contains("more texts than it has"), "{other}");
    }

    #[test]
    fn a_directory_that_lies_is_refused() {
        let mut file = pack(vec![Part { name: "a".into(), bytes: b"one".to_vec() }]);
        let directory_at = file.len() - END_BYTES - ENTRY_BYTES - 1;
        file[directory_at + 24] = 2;
        let entries = directory(&file).expect("a directory");
        assert!(unpack(&file, entries.iter()).is_err());
        assert!(directory(&file[..file.len() - 1]).is_err());
        file.push(0);
        assert!(directory(&file).is_err());
    }
}
