//! Whatever is in a file: no panic, nothing vanishes, and order does not matter.

use carewarden::sources::returns::book::{self, Book, Cell, Row, Sheet};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::{assert_all_accounted, bytes, lines, read_book, template};

/// The same cases each time, so that the test says the same of the same code.
pub fn runner(cases: u32) -> TestRunner {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

const HEADINGS: [&str; 9] = [
    "provider_id",
    "zone",
    "period_start",
    "period_end",
    "metric",
    "numerator",
    "denominator",
    "value",
    "unit",
];

/// A cell that is often right.
fn cell(column: usize) -> BoxedStrategy<String> {
    let good: &[&str] = match column {
        0 => &["1-101", "1-102", "1-103 "],
        1 => &["", "North", "South"],
        2 => &["2026-07-01", "01/06/2026"],
        3 => &["2026-07-31", "30/06/2026"],
        4 => &["missed_visit_pct", "complaints", "starters", "insurance_expiry"],
        5 => &["", "3", "8"],
        6 => &["", "100", "0"],
        7 => &["", "2", "2.0", "31/03/2027", "3%"],
        _ => &["", "%", "count"],
    };
    let good = prop::sample::select(good.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    prop_oneof![9 => good, 1 => "[ -~é£]{0,12}"].boxed()
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row: Vec<BoxedStrategy<String>> = (0..HEADINGS.len()).map(cell).collect();
    prop::collection::vec(row, 0..25)
}

fn of_text(text: &str) -> Cell {
    match text.trim() {
        "" => Cell::Blank,
        kept => kept.parse().map_or_else(|_| Cell::Text(kept.to_owned()), Cell::Number),
    }
}

/// A book of these rows, its columns in some order.
fn book_of(rows: &[Vec<String>], columns: &[usize]) -> Book {
    let row = |number: usize, cells: Vec<String>| Row {
        number,
        cells: columns.iter().map(|column| of_text(&cells[*column])).collect(),
    };
    let mut all = vec![row(1, HEADINGS.map(str::to_owned).to_vec())];
    all.extend(rows.iter().enumerate().map(|(index, cells)| row(index + 2, cells.clone())));
    Book { sheets: vec![Sheet { name: String::new(), rows: all }], ..Book::default() }
}

fn identity() -> Vec<usize> {
    (0..HEADINGS.len()).collect()
}

#[test]
fn no_row_vanishes() {
    let long = template("long");
    runner(300)
        .run(&rows(), |rows| {
            let reading = read_book(&book_of(&rows, &identity()), &long);
            assert_all_accounted(&reading);
            Ok(())
        })
        .expect("every row is a value or a reject");
}

#[test]
fn the_order_of_rows_and_columns_does_not_matter() {
    let long = template("long");
    let shuffled = rows().prop_flat_map(|rows| {
        (Just(rows.clone()), Just(rows).prop_shuffle(), Just(identity()).prop_shuffle())
    });
    runner(300)
        .run(&shuffled, |(rows, other, columns)| {
            let one = read_book(&book_of(&rows, &identity()), &long);
            let two = read_book(&book_of(&other, &columns), &long);
            prop_assert_eq!(lines(&one), lines(&two));
            prop_assert_eq!(one.rejects.len(), two.rejects.len());
            prop_assert_eq!((one.repeated, one.refused), (two.repeated, two.refused));
            Ok(())
        })
        .expect("order does not matter");
}

/// Bytes changed, taken out and doubled, over every kind of file.
#[test]
fn no_mutation_of_a_file_panics() {
    let files = [
        "monthly-table.xlsx",
        "monthly-table.xls",
        "monthly-table.ods",
        "monthly-table.csv",
        "one-workbook.xlsx",
    ];
    let edit = (any::<prop::sample::Index>(), 0_u8..4, any::<u8>(), 1_usize..64);
    let cases = (prop::sample::select(files.map(bytes).to_vec()), prop::collection::vec(edit, 1..6));
    let table = template("monthly-table");
    let (read, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    runner(400)
        .run(&cases, |(mut bytes, edits)| {
            for (at, kind, byte, length) in edits {
                let at = at.index(bytes.len());
                let end = (at + length).min(bytes.len());
                match kind {
                    0 => bytes[at] = byte,
                    1 => bytes[at..end].fill(byte),
                    2 => drop(bytes.drain(at..end)),
                    _ => {
                        let piece = bytes[at..end].to_vec();
                        bytes.splice(at..at, piece);
                    }
                }
                if bytes.is_empty() {
                    bytes.push(b'x');
                }
            }
            match book::read(&bytes) {
                Ok(book) => {
                    assert_all_accounted(&read_book(&book, &table));
                    read.set(read.get() + 1);
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused.set(refused.get() + 1);
                }
            }
            Ok(())
        })
        .expect("a fault is an error, not a panic");
    assert!(read.get() > 20 && refused.get() > 20, "{read:?} read, {refused:?} refused: is it still a test?");
}

/// The parts of a workbook, changed within: the zip around them stays sound.
#[test]
fn no_mutation_within_a_sheet_hangs_or_panics() {
    let content = "<x><table:table table:name='R'><table:table-row><table:table-cell office:value-type='float' \
                   office:value='1'/></table:table-row></table:table></x>";
    let cut = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    runner(300)
        .run(&cut, |(from, to)| {
            let (from, to) = (from.index(content.len()), to.index(content.len()));
            let cut = format!("{}{}", &content[..from.min(to)], &content[from.max(to)..]);
            let file = stored_zip(&[
                ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
                ("META-INF/manifest.xml", "<m/>"),
                ("content.xml", &cut),
            ]);
            let outcome = book::read(&file);
            let whole = outcome.as_ref().is_ok_and(|book| book.sheets.len() == 1);
            prop_assert!(from != to || whole, "{:?}", outcome);
            // A tag that is opened and not closed is never believed.
            let opened = cut.matches("<table:table ").count();
            prop_assert!(outcome.is_err() || opened == cut.matches("</table:table>").count(), "{}", cut);
            Ok(())
        })
        .expect("a cut part is an error");
}

/// A zip without compression, as small as can be.
fn stored_zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in parts {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let size = u32::try_from(text.len()).expect("small").to_le_bytes();
        let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        head.extend(crc.sum().to_le_bytes());
        head.extend(size);
        head.extend(size);
        head.extend(u16::try_from(name.len()).expect("small").to_le_bytes());
        head.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(u32::try_from(file.len()).expect("small").to_le_bytes());
        directory.extend(name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(text.as_bytes());
    }
    let count = u16::try_from(parts.len()).expect("small").to_le_bytes();
    let (start, length) = (file.len(), directory.len());
    file.extend(directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(u32::try_from(length).expect("small").to_le_bytes());
    file.extend(u32::try_from(start).expect("small").to_le_bytes());
    file.extend([0, 0]);
    file
}
