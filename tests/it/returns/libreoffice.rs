//! Files that LibreOffice itself has written: what its users send is read, whatever they save it as.

use carewarden::config::builtin_templates;
use carewarden::sources::returns::book::{self, Book, BookError, Serials};
use carewarden::sources::returns::reading::{self, Reading};
use carewarden::sources::returns::template::Template;

use super::{assert_all_accounted, bytes, lines, open, read_book, template};

const WORKBOOKS: [&str; 3] = ["xlsx", "xls", "ods"];
const LINKS: &str = "links to other files were not followed";
const MACROS: &str = "its macros were not run";

fn book(name: &str) -> Book {
    open(&format!("libreoffice/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn refusal(name: &str) -> BookError {
    open(&format!("libreoffice/{name}")).expect_err(name)
}

/// Reads a file by the template that fits it, and sees that nothing of it vanishes.
fn read(name: &str) -> Reading {
    let (book, templates) = (book(name), builtin_templates());
    let fitting = reading::fitting(&book, &templates.iter().collect::<Vec<&Template>>()).expect(name);
    let reading = read_book(&book, fitting);
    assert_all_accounted(&reading);
    reading
}

/// A file without rejects and with the values of the long form.
fn assert_long(name: &str) -> Reading {
    let reading = read(name);
    assert_eq!(reading.rejects, [], "{name}");
    assert_eq!(lines(&reading), lines(&read("long.xlsx")), "{name}");
    reading
}

fn rejects(reading: &Reading) -> Vec<String> {
    let one = |reject: &reading::Reject| {
        format!("{}: {} / expected {}", reject.place, reject.found, reject.expected)
    };
    reading.rejects.iter().map(one).collect()
}

#[test]
fn a_monthly_table_says_the_same_in_four_kinds_of_file() {
    let reading = read("monthly-table.xlsx");
    insta::assert_snapshot!("libreoffice_monthly_table", lines(&reading).join("\n"));
    insta::assert_snapshot!("libreoffice_monthly_table_rejects", rejects(&reading).join("\n"));
    for kind in WORKBOOKS {
        let other = read(&format!("monthly-table.{kind}"));
        assert_eq!((lines(&other), rejects(&other)), (lines(&reading), rejects(&reading)), "{kind}");
        let places = |reading: &Reading| -> Vec<String> {
            reading.values.iter().map(|value| value.place.clone()).collect()
        };
        assert_eq!(places(&other), places(&reading), "{kind}");
        assert_eq!(
            other.notes,
            [
                "the hidden sheet \u{201c}Old figures\u{201d} was not read",
                "row 10 sums up others and was passed over"
            ],
            "{kind}"
        );
    }
    let text = read("monthly-table.csv");
    assert_eq!(lines(&text), lines(&reading));
    // A heading over two lines moves the rows of a text file by one, and it has no sheets.
    let moved: Vec<String> = rejects(&reading)
        .iter()
        .map(|reject| reject.replace("sheet \u{201c}Return\u{201d}, row 8", "row 9"))
        .collect();
    assert_eq!(rejects(&text), moved);
    assert_eq!(
        text.notes,
        ["read as Windows-1252, as it is not UTF-8", "row 11 sums up others and was passed over"]
    );
}

#[test]
fn a_hidden_row_and_column_are_data_and_a_note_on_a_cell_is_not() {
    for kind in ["xlsx", "xls", "ods", "csv"] {
        let reading = read(&format!("monthly-table.{kind}"));
        let all = lines(&reading).join("\n");
        assert!(all.contains("1-101000004 - South"), "{kind}: the hidden row");
        assert!(all.contains("complaints = 1"), "{kind}: the hidden column");
        assert!(all.contains("(Some(8.0) of Some(1560.0))"), "{kind}: the cell with a note");
    }
    let shown = WORKBOOKS.map(|kind| format!("{:?}", book(&format!("monthly-table.{kind}"))));
    assert!(shown.iter().all(|book| !book.contains("Sample Person")), "who is asked is nobody's business");
}

#[test]
fn a_zone_merged_over_rows_stands_in_each() {
    let plain = read("monthly-table.xlsx");
    for kind in WORKBOOKS {
        let merged = read(&format!("merged.{kind}"));
        assert_eq!((lines(&merged), rejects(&merged)), (lines(&plain), rejects(&plain)), "{kind}");
    }
}

#[test]
fn the_long_form_says_the_same_in_six_files() {
    insta::assert_snapshot!("libreoffice_long", lines(&read("long.xlsx")).join("\n"));
    for name in ["long.xls", "long.ods", "long-windows-1252.csv", "long-utf-8.csv", "long-utf-16.csv"] {
        assert_long(name);
    }
    let notes = |name: &str| book(name).notes;
    assert_eq!(notes("long-windows-1252.csv"), ["read as Windows-1252, as it is not UTF-8"]);
    assert!(notes("long-utf-8.csv").is_empty() && notes("long-utf-16.csv").is_empty());
    let marked = [b"\xEF\xBB\xBF", &bytes("libreoffice/long-utf-8.csv")[..]].concat();
    assert_eq!(book::read(&marked), Ok(book("long-utf-8.csv")), "later versions write a mark");
}

#[test]
fn days_are_counted_from_where_the_document_says() {
    let expected = ["1-101000001", "1-101000002", "1-101000003"].map(|id| {
        format!("{id} - North 2026-07-01 to 2026-07-31 insurance_expiry = 2027-03-31 (None of None)")
    });
    for (stem, serials) in [("dates-1899", Serials::From1900), ("dates-1904", Serials::From1904)] {
        for kind in WORKBOOKS {
            let name = format!("{stem}.{kind}");
            assert_eq!((lines(&read(&name)), book(&name).serials), (expected.to_vec(), serials), "{name}");
        }
    }
    let starcalc = "dates-1900.ods";
    assert_eq!(lines(&read(starcalc)), expected);
    assert_eq!(book(starcalc).serials, Serials::FromJanuary1900);
}

#[test]
fn named_cells_of_a_locked_sheet_are_read_in_three_kinds_of_file() {
    let reading = read("one-workbook.xlsx");
    insta::assert_snapshot!("libreoffice_one_workbook", lines(&reading).join("\n"));
    for kind in WORKBOOKS {
        let other = read(&format!("one-workbook.{kind}"));
        assert_eq!((other.template.as_str(), rejects(&other)), ("one-workbook", Vec::new()), "{kind}");
        assert_eq!(lines(&other), lines(&reading), "{kind}");
    }
}

#[test]
fn links_are_not_followed_and_macros_not_run() {
    for kind in WORKBOOKS {
        let links = read(&format!("links.{kind}"));
        assert_eq!(links.notes, [LINKS], "{kind}");
        let value = "1-101000001 - North; or \u{201c}Inner\u{201d} 2026-07-01 to 2026-07-31 \
                     spare_hours = 12.5 (None of None)";
        assert_eq!(lines(&links), [value], "{kind}: the value that stood there when it was saved");
    }
    for name in ["macros.xlsm", "macros.xls", "macros.ods"] {
        assert_eq!(assert_long(name).notes, [MACROS], "{name}");
    }
}

#[test]
fn a_password_is_said() {
    for kind in WORKBOOKS {
        assert_eq!(refusal(&format!("protected.{kind}")), BookError::Protected, "{kind}");
    }
}

#[test]
fn an_empty_workbook_fits_no_form() {
    let templates = builtin_templates();
    for kind in WORKBOOKS {
        let book = book(&format!("empty.{kind}"));
        assert!(book.sheets.iter().all(|sheet| sheet.rows.is_empty()), "{kind}");
        let fits = reading::fitting(&book, &templates.iter().collect::<Vec<&Template>>());
        assert_eq!(fits, Err(Vec::new()), "{kind}");
        let reading = read_book(&book, &template("long"));
        assert!(reading.refused && reading.values.is_empty(), "{kind}");
    }
}

#[test]
fn blank_rows_are_nowhere_however_many_there_are() {
    for name in ["blank-rows.xlsx", "blank-rows.ods"] {
        assert_long(name);
    }
    // A blank far down makes the reader of ODS reserve every cell above it.
    let refusal = refusal("blank-far-down.ods").to_string();
    assert!(refusal.contains("means too many cells"), "{refusal}");
}
