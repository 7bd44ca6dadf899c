//! The journal: every event's fields with the prefix `CAREWARDEN_`, and for the events of the
//! table a fixed `MESSAGE_ID` and their name.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_journald::{Layer as Journald, Priority, PriorityMappings};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::events::EVENTS;

/// Before the name of each of our fields: `journalctl CAREWARDEN_SOURCE=cqc`.
const PREFIX: &str = "CAREWARDEN";

/// Whether standard error is the journal's stream that systemd names: only then does no one else
/// read it, whatever the variable says that a shell has inherited.
pub(super) fn is_ours() -> bool {
    let found = std::fs::metadata("/proc/self/fd/2").map(|stderr| (stderr.dev(), stderr.ino()));
    found.is_ok_and(|place| stream() == Some(place))
}

#[expect(clippy::disallowed_methods, reason = "systemd tells by a variable where standard error goes")]
fn stream() -> Option<(u64, u64)> {
    std::env::var("JOURNAL_STREAM").ok().and_then(|text| place(&text))
}

/// Device and inode of `JOURNAL_STREAM`.
fn place(text: &str) -> Option<(u64, u64)> {
    let (device, inode) = text.split_once(':')?;
    Some((device.parse().ok()?, inode.parse().ok()?))
}

/// A layer that writes to the journal.
///
/// # Errors
/// When the journal does not listen.
pub(super) fn layer() -> std::io::Result<Journal> {
    let of = |name: &'static str, id: &str| -> std::io::Result<(&'static str, Journald)> {
        Ok((name, plain()?.with_custom_fields([("MESSAGE_ID", id), ("CAREWARDEN_EVENT", name)])))
    };
    let named = EVENTS.iter().map(|event| of(event.name, event.id)).collect::<Result<_, _>>()?;
    Ok(Journal { named, other: plain()? })
}

fn plain() -> std::io::Result<Journald> {
    // What is done is "info" in the journal, not "notice": nobody has to look at it.
    let priorities =
        PriorityMappings { info: Priority::Informational, debug: Priority::Debug, ..PriorityMappings::new() };
    Ok(Journald::new()?
        .with_field_prefix(Some(PREFIX.to_owned()))
        .with_syslog_identifier("carewarden".to_owned())
        .with_priority_mappings(priorities))
}

/// One writer for each event of the table, since a writer's extra fields are fixed, and one for
/// the rest.
pub(super) struct Journal {
    named: BTreeMap<&'static str, Journald>,
    other: Journald,
}

impl<S> Layer<S> for Journal
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        self.other.on_new_span(attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        self.other.on_record(id, values, context);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        self.named.get(event.metadata().name()).unwrap_or(&self.other).on_event(event, context);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_a_device_and_an_inode() {
        assert_eq!(place("9:4711"), Some((9, 4711)));
        for odd in ["", "9", "9:", ":4711", "a:b", "9:4711:1", "-1:2"] {
            assert_eq!(place(odd), None, "{odd:?}");
        }
    }
}
