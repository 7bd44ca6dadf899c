//! `[council]` and `[store]`.

use std::path::Path;

use jiff::tz::TimeZone;
use toml::Spanned;

use super::super::nearest::{nearest, quoted};
use super::super::reader::Table;
use super::super::{Code, Council, Store};

/// Who runs it.
pub(super) fn council(root: &Table<'_>) -> Option<Council> {
    let table = root.table("council")?;
    let name = table.text("name", "name the council as it should stand at the head of mails");
    let timezone = table.text("timezone", "for example timezone = \"Europe/London\"");
    let zone = timezone.as_ref().and_then(|timezone| zone(&table, timezone));
    table.end();
    Some(Council { name: name?.into_inner(), timezone: timezone?.into_inner(), zone: zone? })
}

fn zone(table: &Table<'_>, name: &Spanned<String>) -> Option<TimeZone> {
    let found = TimeZone::get(name.get_ref()).ok();
    if found.is_none() {
        let message = format!("the machine knows no time zone {}", quoted(name.get_ref()));
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let help = match nearest(name.get_ref(), names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use an IANA name such as Europe/London".to_owned(),
        };
        table.notes.fault(Code::TimeZone, name.span(), message, help);
    }
    found
}

/// Where the database is.
pub(super) fn store(root: &Table<'_>, folder: &Path) -> Option<Store> {
    let table = root.table("store")?;
    if !table.has("path") {
        table.missing("path", "for example path = \"/var/lib/carewarden/carewarden.db\"");
    }
    let path = super::path(&table, "path", folder);
    table.end();
    Some(Store { path: path?.into_inner() })
}
