//! Long and wide tables, row by row.

use std::collections::BTreeMap;

use super::heads::{self, Heads, key, key_of};
use super::record::{At, Parts, Record, Source};
use super::{Around, Place, Reading, Reject};
use crate::sources::returns::book::{Book, Row, Sheet};
use crate::sources::returns::template::{Field, Shape, Template, ValueMap};
use crate::sources::returns::values;

/// Words that mark a row which sums up others.
const SUMS: [&str; 6] = ["total", "totals", "grand total", "average", "mean", "overall"];

/// A row with its headings.
struct InRow<'a> {
    sheet: &'a Sheet,
    row: &'a Row,
    heads: &'a Heads,
}

impl Source for InRow<'_> {
    fn at<'a>(&'a self, column: &'a str) -> Option<At<'a>> {
        let index = *self.heads.by_name.get(column)?;
        Some(At { cell: self.row.cell(index), column })
    }

    fn place(&self) -> (String, Option<usize>) {
        (self.sheet.name.clone(), Some(self.row.number))
    }
}

pub(super) fn read(book: &Book, template: &Template, around: Around<'_>) -> Reading {
    let mut reading = Reading::default();
    let sheets = heads::sheets(book, template);
    if sheets.is_empty() {
        reading.read = 1;
        reading.rejects.push(no_headings(book, template));
        return reading;
    }
    let maps = template.all_values();
    let by_metric: BTreeMap<String, &ValueMap> =
        maps.iter().filter_map(|map| Some((key(map.metric.as_deref()?), map))).collect();
    let mut whole = true;
    for (sheet, heads) in &sheets {
        let before = reading.rejects.len();
        note_headings(&mut reading, sheet, heads, template);
        whole &= reading.rejects.len() == before;
        for row in sheet.rows.iter().filter(|row| row.number > heads.row) {
            let source = InRow { sheet, row, heads };
            let record = Record { source: &source, template, around, serials: book.serials };
            if is_padding(&source, heads) {
                continue;
            }
            if is_sum(&source, template) {
                reading.notes.push(format!("row {} sums up others and was passed over", row.number));
                continue;
            }
            match template.shape {
                Shape::Long => long(&record, &by_metric, &mut reading),
                _ => wide(&record, &maps, &mut reading),
            }
        }
    }
    if !whole {
        // A column that is gone spoils every row.
        reading.spoiled = reading.about.clone();
    }
    reading
}

fn no_headings(book: &Book, template: &Template) -> Reject {
    let needed: Vec<String> =
        heads::needed(template).into_iter().map(|heading| format!("\u{201c}{heading}\u{201d}")).collect();
    let sheets: Vec<&str> =
        book.sheets.iter().map(|sheet| sheet.name.as_str()).filter(|name| !name.is_empty()).collect();
    Reject {
        place: Place { sheet: template.sheet.clone().unwrap_or_default(), ..Place::default() },
        found: if sheets.is_empty() { String::new() } else { format!("the sheets {}", sheets.join(", ")) },
        expected: format!(
            "a row of headings with {}, as in the form \u{201c}{}\u{201d}",
            needed.join(", "),
            template.name
        ),
    }
}

/// A heading that is gone is a reject, or its values would vanish without a word.
fn note_headings(reading: &mut Reading, sheet: &Sheet, heads: &Heads, template: &Template) {
    let mut refuse = |column: &str, expected: &str| {
        reading.read += 1;
        reading.rejects.push(Reject {
            place: Place { sheet: sheet.name.clone(), row: Some(heads.row), column: column.to_owned() },
            found: String::new(),
            expected: expected.to_owned(),
        });
    };
    for double in &heads.doubles {
        refuse(double, "one column with this heading, not two");
    }
    for heading in heads::named(template).iter().filter(|heading| !heads.columns.contains_key(*heading)) {
        if !is_optional(template, heading) {
            refuse(heading, "a column with this heading");
        }
    }
    if !heads.unused.is_empty() {
        let columns = heads.unused.join(", ");
        reading.notes.push(format!("columns that the form does not name were not used: {columns}"));
    }
}

/// A location, a zone, a unit may be left out, and of a long form's numbers all but one.
fn is_optional(template: &Template, heading: &str) -> bool {
    let optional =
        [Field::LocationId, Field::Zone, Field::Unit, Field::Numerator, Field::Denominator, Field::Value];
    optional.into_iter().filter_map(|field| template.field(field)).any(|named| key(named) == heading)
}

/// A row with nothing in the columns that count.
fn is_padding(source: &InRow<'_>, heads: &Heads) -> bool {
    heads.columns.values().all(|column| source.row.cell(*column).is_blank())
}

/// A row without an id that says it is a sum.
fn is_sum(source: &InRow<'_>, template: &Template) -> bool {
    let id = template.field(Field::ProviderId).and_then(|heading| source.at(heading));
    let has_id = id.is_some_and(|at| values::id(at.cell).is_ok());
    !has_id && source.row.cells.iter().any(|cell| SUMS.contains(&key_of(cell).as_str()))
}

fn long(record: &Record<'_, InRow<'_>>, maps: &BTreeMap<String, &ValueMap>, reading: &mut Reading) {
    reading.read += 1;
    if !record.is_shared() {
        reading.withheld += 1;
        return;
    }
    let field = |field| record.template.field(field).and_then(|heading| record.source.at(heading));
    let head = match record.head() {
        Ok(head) => head,
        Err(reject) => return reading.misplace(record.named(), reject),
    };
    let at = field(Field::Metric);
    let metric = at.map(|at| key_of(at.cell)).unwrap_or_default();
    let parts = Parts {
        value: field(Field::Value),
        numerator: field(Field::Numerator),
        denominator: field(Field::Denominator),
    };
    let value = match maps.get(&metric) {
        Some(map) => record.value(&head, map, &parts).unwrap_or_else(|| {
            Err(reject(record.source, parts.value, "a value, or a numerator and a denominator"))
        }),
        None => Err(reject(record.source, at, "the name of a metric of the form")),
    };
    reading.keep(&head.about, value);
}

fn wide(record: &Record<'_, InRow<'_>>, maps: &[ValueMap], reading: &mut Reading) {
    if !record.is_shared() {
        reading.read += 1;
        reading.withheld += 1;
        return;
    }
    let head = match record.head() {
        Ok(head) => head,
        Err(reject) => {
            reading.read += 1;
            return reading.misplace(record.named(), reject);
        }
    };
    let mut said = 0;
    for map in maps {
        let parts = record.parts(map);
        if let Some(value) = record.value(&head, map, &parts) {
            said += 1;
            reading.read += 1;
            reading.keep(&head.about, value);
        }
    }
    if said == 0 {
        reading.read += 1;
        let nothing = reject(record.source, None, "at least one value in this row");
        reading.keep(&head.about, Err(nothing));
    }
}

fn reject(source: &InRow<'_>, at: Option<At<'_>>, expected: &str) -> Reject {
    let (sheet, row) = source.place();
    Reject {
        place: Place { sheet, row, column: at.map(|at| at.column.to_owned()).unwrap_or_default() },
        found: at
            .map(|at| crate::domain::clean_name(&at.cell.shown()).unwrap_or_default())
            .unwrap_or_default(),
        expected: expected.to_owned(),
    }
}
