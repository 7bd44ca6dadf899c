//! When the database cannot be used, the ways that need none: a word to the monitor, the log, and a
//! mail to the operator that passes by the outbox. At most one such mail a day.

mod marker;

use jiff::Timestamp;

use super::bulletin::{Bulletin, post};
use crate::alerts::{Kind, moment_words};
use crate::config::Config;
use crate::store::runs::Outcome;

/// What such a mail is called in its file's name and Message-ID.
const NAME: &str = "emergency";

/// Who could be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Recipients' ids whose mail was accepted.
    pub mailed: Vec<String>,
    /// The operator was mailed already in the last day, so no mail was sent now.
    pub told_before: bool,
    /// Why the others could not be told, in words.
    pub faults: Vec<String>,
}

/// Tells the operator that the database cannot be used. `fault` is the error with its next step.
/// Nothing here fails: what could not be done is in the answer and in the log.
pub async fn tell(config: &Config, fault: &str, now: Timestamp) -> Told {
    tracing::error!(name: "store_unusable", fault, database = %config.store.path.display(), "the database cannot be used");
    // The warning of a monitor that does not answer is logged there.
    let _answered = super::heartbeat::ping(config, Outcome::Failed).await;
    if marker::told_today(&config.store.path, now) {
        return Told { told_before: true, ..Told::default() };
    }
    let mut told = post(config, &bulletin(config, fault, now), now).await;
    if !told.mailed.is_empty()
        && let Err(error) = marker::set(&config.store.path, now)
    {
        told.faults.push(format!("it could not be noted that a mail was sent: {error}"));
    }
    for fault in &told.faults {
        tracing::error!(fault, "the operator could not be told by mail");
    }
    told
}

fn bulletin(config: &Config, fault: &str, now: Timestamp) -> Bulletin {
    Bulletin {
        name: NAME,
        kind: Kind::Delivery,
        title: "Carewarden cannot use its database: nothing is read and nobody is told".to_owned(),
        text: text(config, fault, now),
    }
}

/// The words; they rest on no template, which may be what is broken.
fn text(config: &Config, fault: &str, now: Timestamp) -> String {
    format!(
        "CAREWARDEN CANNOT USE ITS DATABASE\n\
         Found {when}. {database}\n\n\
         WHAT HAPPENED\n  {fault}\n\n\
         WHAT IT MEANS\n  \
           No source is read, no provider is judged, and no alert is sent until this is put right.\n  \
           What was known and queued is still in the file: nothing was replaced.\n\n\
         DO NOW\n  \
           1. Look at the machine: space on the disk, mounts, the owner of the file.\n  \
           2. carewarden status\n  \
           3. If the file is damaged, put a backup in its place; the damaged file is kept:\n       \
              carewarden restore FILE --by NAME --reason TEXT\n\n\
         This mail did not go through the outbox. It is sent once a day at most while this lasts.\n",
        when = moment_words(now, &config.council.zone),
        database = config.store.path.display(),
    )
}
