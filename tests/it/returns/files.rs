//! Workbooks of four programs say the same, and a hostile one is refused before it is unpacked.

use carewarden::sources::returns::book::{self, BookError, Cell, Serials};
use carewarden::sources::returns::refusal::Letter;

use super::{CAME_ON, assert_all_accounted, bytes, lines, open, read};

#[test]
fn one_table_is_read_alike_from_four_kinds_of_file() {
    let readings =
        ["xlsx", "xls", "ods", "csv"].map(|kind| read(&format!("monthly-table.{kind}"), "monthly-table"));
    insta::assert_snapshot!("monthly_table", lines(&readings[0]).join("\n"));
    for reading in &readings {
        assert_eq!(lines(reading), lines(&readings[0]), "{:#?}", reading.rejects);
        assert_eq!(reading.rejects, [], "{:?}", reading.notes);
        assert_all_accounted(reading);
    }
}

#[test]
fn what_is_left_out_of_a_file_is_said() {
    for kind in ["xlsx", "xls", "ods"] {
        let reading = read(&format!("monthly-table.{kind}"), "monthly-table");
        let notes = reading.notes.join("; ");
        assert!(
            notes.contains("the hidden sheet \u{201c}Old figures\u{201d} was not read"),
            "{kind}: {notes}"
        );
        assert!(notes.contains("row 9 sums up others"), "{kind}: {notes}");
    }
    let macros = open("with-macros.xlsm").expect("it is read");
    assert!(macros.notes.iter().any(|note| note == "its macros were not run"), "{:?}", macros.notes);
    assert!(macros.notes.iter().any(|note| note == "links to other files were not followed"));
    let windows = open("monthly-table.csv").expect("it is read");
    assert_eq!(windows.notes, ["read as Windows-1252, as it is not UTF-8"]);
}

#[test]
fn one_workbook_with_named_cells_and_days_from_1904_is_read() {
    let book = open("one-workbook.xlsx").expect("it is read");
    assert_eq!(book.serials, Serials::From1904);
    let reading = read("one-workbook.xlsx", "one-workbook");
    assert_eq!(reading.rejects, []);
    assert_all_accounted(&reading);
    insta::assert_snapshot!("one_workbook", lines(&reading).join("\n"));
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let packed = open("bomb.xlsx").expect_err("20 MB from 20 kB");
    assert!(packed.to_string().contains("times its size"), "{packed}");
    let repeated = open("bomb.ods").expect_err("sixteen thousand million cells");
    assert!(repeated.to_string().contains("repeated ones counted"), "{repeated}");
}

#[test]
fn what_is_no_table_says_what_to_send_instead() {
    for (bytes, words) in [
        (&b""[..], "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"<!DOCTYPE html><p>Sign in", "a web page"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n\0", "neither a spreadsheet nor text"),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "without a workbook"),
        (b"PK\x03\x04", "cut on the way"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "too early"),
    ] {
        let error = book::read(bytes).expect_err("it is no table");
        assert!(error.to_string().contains(words), "{error}");
        let letter = Letter { file: "x.xlsx", council: "Oldham Council", read_on: CAME_ON };
        assert!(letter.unreadable(&error).contains("send"), "{error}");
    }
    let large = vec![b'x'; book::FILE_BYTES_MAX + 1];
    assert!(matches!(book::read(&large), Err(BookError::TooLarge { .. })));
}

#[test]
fn a_cell_with_a_fault_or_a_novel_is_no_value() {
    let long = format!("a,b\n{},1\n", "x".repeat(book::CELL_BYTES_MAX + 1));
    assert!(matches!(book::read(long.as_bytes()), Err(BookError::TooLarge { .. })));
    let book = open("monthly-table.xlsx").expect("it is read");
    let total = book.sheets[0].rows.iter().find(|row| row.number == 9).expect("the sum");
    // A formula that no program has computed yet has no value.
    assert_eq!(total.cell(3), &Cell::Blank);
    assert_eq!(book::read(&bytes("monthly-table.xlsx")), Ok(book), "reading is repeatable");
}
