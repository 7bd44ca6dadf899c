//! Provider returns: real workbooks through the whole way, from bytes to the database and back.

mod contracts;
mod files;
mod folder;
mod libreoffice;
mod mailbox;
mod mailed;
mod properties;
mod quality;
mod readings;
mod simulation;
mod told;

use std::collections::BTreeSet;
use std::path::PathBuf;

use carewarden::config::builtin_templates;
use carewarden::domain::return_::ReturnValue;
use carewarden::sources::returns::book::{self, Book, BookError};
use carewarden::sources::returns::reading::{self, Around, Reading};
use carewarden::sources::returns::template::Template;
use jiff::civil::Date;

/// The day on which every file of these tests comes.
const CAME_ON: Date = Date::constant(2026, 8, 5);

fn fixture(name: &str) -> PathBuf {
    PathBuf::from("tests/fixtures/returns").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn open(name: &str) -> Result<Book, BookError> {
    book::read(&bytes(name))
}

fn template(id: &str) -> Template {
    builtin_templates().into_iter().find(|template| template.id == id).expect("it ships")
}

fn read(name: &str, id: &str) -> Reading {
    read_book(&open(name).unwrap_or_else(|error| panic!("{name}: {error}")), &template(id))
}

fn read_book(book: &Book, template: &Template) -> Reading {
    reading::read(book, template, Around { came_on: CAME_ON, known: &BTreeSet::new() })
}

/// A value without its place, as one line.
fn line(value: &ReturnValue) -> String {
    format!(
        "{} {} {} {} {} = {} ({:?} of {:?})",
        value.provider_id,
        value.location_id.as_deref().unwrap_or("-"),
        value.zone.as_deref().unwrap_or("-"),
        value.period,
        value.indicator.key(),
        value.value,
        value.numerator,
        value.denominator
    )
}

fn lines(reading: &Reading) -> Vec<String> {
    let mut lines: Vec<String> = reading.values.iter().map(line).collect();
    lines.sort();
    lines
}

/// Nothing may vanish between the file and the values.
fn assert_all_accounted(reading: &Reading) {
    let sum = reading.values.len() + reading.rejects.len() + reading.repeated + reading.withheld;
    assert_eq!(reading.read, sum, "{reading:#?}");
}
