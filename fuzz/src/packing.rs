//! Workbooks taken apart, so that a change within a sheet is not lost in a broken zip or a broken
//! chain of sectors.
//!
//! An input that begins with [`PARTS`] is the parts of a zip, each after a line `--- NAME`; one that
//! begins with [`STREAM`] is the stream of an XLS file. Any other is a file as it stands.

use std::borrow::Cow;

/// The first line of the parts of an XLSX or ODS file; its end begins the first part.
pub const PARTS: &[u8] = b"PARTS";

/// The first line of the stream of an XLS file.
pub const STREAM: &[u8] = b"STREAM\n";

const SEPARATOR: &[u8] = b"\n--- ";

/// The file that an input stands for.
#[must_use]
pub fn unfolded(input: &[u8]) -> Cow<'_, [u8]> {
    if let Some(parts) = input.strip_prefix(PARTS) {
        return zip_of(parts).into();
    }
    if let Some(stream) = input.strip_prefix(STREAM) {
        return compound_of(stream).map_or(Cow::Borrowed(input), Cow::Owned);
    }
    input.into()
}

/// The parts of a text: their names and contents.
fn parts(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut starts: Vec<usize> = text
        .windows(SEPARATOR.len())
        .enumerate()
        .filter(|(_, at)| *at == SEPARATOR)
        .map(|(at, _)| at)
        .collect();
    starts.push(text.len());
    let pieces = starts.windows(2).map(|ends| &text[ends[0] + SEPARATOR.len()..ends[1]]);
    pieces
        .filter_map(|piece| Some(piece.split_at(piece.iter().position(|byte| *byte == b'\n')?)))
        .map(|(name, rest)| (name, &rest[1..]))
        .collect()
}

/// A zip without compression. The checksums are nought: nothing reads them before it is packed anew.
fn zip_of(text: &[u8]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    let parts = parts(text);
    for (name, content) in &parts {
        let (name_bytes, size) = (le16(name.len()), le32(content.len()));
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0];
        for piece in [&size[..], &size, &name_bytes, &[0, 0]] {
            common.extend(piece);
        }
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(le32(file.len()));
        directory.extend(*name);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(*name);
        file.extend(*content);
    }
    let (start, length, count) = (le32(file.len()), le32(directory.len()), le16(parts.len()));
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    for piece in [&count[..], &count, &length, &start, &[0, 0]] {
        file.extend(piece);
    }
    file
}

/// A compound file with one stream and one table of sectors; none for a stream too long for it.
fn compound_of(stream: &[u8]) -> Option<Vec<u8>> {
    const SECTOR: usize = 512;
    const END: u32 = 0xFFFF_FFFE;
    let length = stream.len().max(4_096);
    let data = length.div_ceil(SECTOR);
    if data + 2 > SECTOR / 4 {
        return None;
    }
    let mut file = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    file.resize(24, 0);
    file.extend([0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    file.resize(44, 0);
    for number in [1, 1, 0, 0x1000, END, 0, END, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    file.resize(SECTOR, 0xFF);
    // The table is the first sector, the directory the second, and the stream follows.
    let mut chain = vec![0xFFFF_FFFD, END];
    chain.extend(
        (1..=data).map(|index| if index == data { END } else { u32::try_from(index).unwrap_or(END) + 2 }),
    );
    chain.resize(SECTOR / 4, u32::MAX);
    file.extend(chain.into_iter().flat_map(u32::to_le_bytes));
    file.extend(entry("Root Entry", 5, END, 0, 1));
    file.extend(entry("Workbook", 2, 2, length, u32::MAX));
    file.resize(3 * SECTOR, 0);
    file.extend(stream);
    file.resize((3 + data) * SECTOR, 0);
    Some(file)
}

fn entry(name: &str, kind: u8, start: u32, length: usize, child: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_bytes = u8::try_from(entry.len() + 2).unwrap_or(64);
    entry.resize(64, 0);
    entry.extend([name_bytes, 0, kind, 1]);
    entry.extend([0xFF; 8]);
    entry.extend(child.to_le_bytes());
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(le32(length));
    entry.resize(128, 0);
    entry
}

fn le32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

fn le16(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes()
}
