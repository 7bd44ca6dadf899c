//! Pages of ids: `/locations` by filter, and `/changes/location`. A page is believed whole or not
//! at all: a short or foreign one must never read as "nothing there".

use serde_json::Value;

use super::redact::{self, Redacted};

/// Which list a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `/locations`: the register by filter; an empty one is a fault of the filter.
    Register,
    /// `/changes/location`: what changed in a window of time; empty is fine.
    Changes,
}

impl List {
    const fn field(self) -> &'static str {
        match self {
            Self::Register => "locations",
            Self::Changes => "changes",
        }
    }
}

/// One page, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The ids, in the order of the page.
    pub ids: Vec<String>,
    /// How many ids all pages have together.
    pub total: u64,
    /// How many pages there are.
    pub pages: u64,
    /// What of the page is kept.
    pub kept: Redacted,
}

/// Reads page number `asked` of a list.
///
/// # Errors
/// In words, when the page is not a whole page of this list with that number.
pub fn page(bytes: &[u8], list: List, asked: u64) -> Result<Page, String> {
    let raw: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is not whole JSON ({error})"))?;
    let kept = redact::page(&raw).map_err(|reject| reject.reason)?;
    let [total, pages, number] = ["total", "totalPages", "page"].map(|field| number(&raw, field));
    let (total, pages, number) = (total?, pages?, number?);
    let ids = ids(&raw, list)?;
    if number != asked && total > 0 {
        return Err(format!("it says it is page {number}, page {asked} was asked for"));
    }
    if ids.is_empty() && total > 0 {
        return Err(format!("it says there are {total} and lists none"));
    }
    if ids.is_empty() && list == List::Register {
        return Err("the filter found no location; check local_authorities and service_types".into());
    }
    Ok(Page { ids, total, pages, kept })
}

fn number(raw: &Value, field: &str) -> Result<u64, String> {
    raw.get(field).and_then(Value::as_u64).ok_or_else(|| format!("it has no number \"{field}\""))
}

fn ids(raw: &Value, list: List) -> Result<Vec<String>, String> {
    let field = list.field();
    let items =
        raw.get(field).and_then(Value::as_array).ok_or_else(|| format!("it has no list \"{field}\""))?;
    let id = |item: &Value| match list {
        List::Register => item.get("locationId").and_then(Value::as_str).map(str::to_owned),
        List::Changes => item.as_str().map(str::to_owned),
    };
    let read: Option<Vec<String>> = items.iter().map(id).collect();
    read.ok_or_else(|| format!("an entry of \"{field}\" has no id"))
}
