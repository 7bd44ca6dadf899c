//! Which part of an XLSX file each of its sheets stands in.

use std::collections::{BTreeMap, BTreeSet};

use super::BookError;
use super::packed::{Part, text};
use super::tags::{self, Tag, attribute, odd};

/// Refuses a file of which two sheets name one part: the reader would read it once for each, and
/// fifty sheets of thirty megabytes take many minutes. No spreadsheet program writes that.
pub(super) fn each_has_its_own_part(parts: &[Part]) -> Result<(), BookError> {
    let find = |name: &str| parts.iter().find(|part| part.name == name);
    let (Some(workbook), Some(relations)) = (find("xl/workbook.xml"), find("xl/_rels/workbook.xml.rels"))
    else {
        // The reader says itself what is absent.
        return Ok(());
    };
    let targets = targets(text(relations)?)?;
    let mut seen = BTreeSet::new();
    tags::each(text(workbook)?, |tag| {
        let (Tag::Open(name, attributes) | Tag::Empty(name, attributes)) = tag else { return Ok(()) };
        if local(name) != "sheet" {
            return Ok(());
        }
        let Some(target) = id_of(attributes).and_then(|id| targets.get(id)) else { return Ok(()) };
        if seen.insert(target.clone()) { Ok(()) } else { Err(odd("two sheets in one part")) }
    })
}

/// By relation: the last two names of the path, however it is written.
fn targets(xml: &str) -> Result<BTreeMap<&str, String>, BookError> {
    let mut targets = BTreeMap::new();
    tags::each(xml, |tag| {
        let (Tag::Open(name, attributes) | Tag::Empty(name, attributes)) = tag else { return Ok(()) };
        if local(name) == "Relationship"
            && let (Some(id), Some(target)) = (attribute(attributes, "Id"), attribute(attributes, "Target"))
        {
            if target.contains(['&', '%', '\\']) {
                return Err(odd("a path written in signs"));
            }
            let mut names = target.rsplit('/').filter(|name| !matches!(*name, "" | "."));
            let (file, folder) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
            targets.insert(id, format!("{folder}/{file}").to_lowercase());
        }
        Ok(())
    })?;
    Ok(targets)
}

/// The relation of a sheet, whatever stands before the attribute's name.
fn id_of(attributes: &str) -> Option<&str> {
    let prefixed =
        attributes.split(|c: char| c == '=' || c.is_whitespace()).find(|key| key.ends_with(":id"))?;
    attribute(attributes, prefixed)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(sheets: &str, relations: &str) -> Vec<Part> {
        let part = |name: &str, text: String| Part { name: name.into(), bytes: text.into_bytes() };
        vec![
            part("xl/workbook.xml", format!("<workbook><sheets>{sheets}</sheets></workbook>")),
            part("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>")),
        ]
    }

    #[test]
    fn two_sheets_in_one_part_are_refused_however_they_say_it() {
        let two = "<sheet name=\"A\" r:id=\"a\"/><x:sheet name=\"B\" rel:id='b'/>";
        let relations = |one: &str, other: &str| {
            format!("<Relationship Id=\"a\" Target=\"{one}\"/><Relationship Id=\"b\" Target=\"{other}\"/>")
        };
        let said = |one, other| each_has_its_own_part(&parts(two, &relations(one, other)));
        assert_eq!(said("worksheets/sheet1.xml", "worksheets/sheet2.xml"), Ok(()));
        assert_eq!(said("worksheets/sheet1.xml", "chartsheets/sheet1.xml"), Ok(()));
        for other in [
            "worksheets/sheet1.xml",
            "/xl/worksheets/Sheet1.xml",
            "worksheets/./sheet1.xml",
            "worksheets/sheet1&#46;xml",
        ] {
            assert!(said("worksheets/sheet1.xml", other).is_err(), "{other}");
        }
        let same = "<sheet name=\"A\" r:id=\"a\"/><sheet name=\"B\" r:id=\"a\"/>";
        assert!(
            each_has_its_own_part(&parts(same, &relations("worksheets/a.xml", "worksheets/b.xml"))).is_err()
        );
        assert_eq!(each_has_its_own_part(&[]), Ok(()));
    }
}
