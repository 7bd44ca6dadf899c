//! One cycle: collect, assess, deliver, and a word to the operator about mail that was refused.

use jiff::Timestamp;

use super::deliver::{Delivered, deliver};
use super::queue::{Post, queue};
use super::{Accepted, Assessed, Collecting, JobError, SourceRead, assess, collect};
use crate::alerts::{Alert, Kind, Routing};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::Severity;
use crate::store::Store;
use crate::store::outbox::{self, Mode, Untold};

/// Which jobs to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    /// Only collect.
    Collect,
    /// Only assess.
    Assess,
    /// Only deliver.
    Deliver,
    /// All three, in this order.
    All,
}

/// How to run them.
#[derive(Clone, Copy)]
pub struct Cycle<'a> {
    /// Which.
    pub jobs: Jobs,
    /// The clock of collect and assess.
    pub clock: Clock,
    /// Only what is due by its schedule.
    pub due_only: bool,
    /// Obey back-off, or send what is waiting now.
    pub mode: Mode,
    /// An officer's word that a mass change is real.
    pub accepted: Option<Accepted<'a>>,
    /// Told of each step of a reading.
    pub progress: &'a dyn Fn(&str, crate::sources::cqc::Progress),
}

/// What a cycle came to.
#[derive(Debug, Default)]
pub struct Done {
    /// One a source that was read.
    pub sources: Vec<SourceRead>,
    /// The assessment, where there was one.
    pub assessed: Option<Assessed>,
    /// The delivery, where there was one.
    pub delivered: Option<Delivered>,
}

impl Done {
    /// Whether every source was read in full and no mail was refused.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.sources.iter().all(SourceRead::is_whole)
            && self.delivered.as_ref().is_none_or(|delivered| delivered.dead_letters.is_empty())
    }
}

/// Runs the jobs. A source that fails or a mail that is refused does not stop the rest.
///
/// # Errors
/// The database's, or an alert that cannot be rendered.
pub async fn cycle(store: &mut Store, config: &Config, how: Cycle<'_>) -> Result<Done, JobError> {
    let mut done = Done::default();
    if matches!(how.jobs, Jobs::Collect | Jobs::All) {
        let collecting = Collecting {
            clock: &how.clock,
            due_only: how.due_only,
            only: None,
            scheduled_for: None,
            accepted: how.accepted,
            progress: how.progress,
        };
        done.sources = collect(store, config, collecting).await?;
    }
    if matches!(how.jobs, Jobs::Assess | Jobs::All) {
        done.assessed = Some(assess(store, config, &how.clock)?);
    }
    if matches!(how.jobs, Jobs::Deliver | Jobs::All) {
        done.delivered = Some(deliver_and_tell(store, config, &Clock::real(), how.mode).await?);
    }
    Ok(done)
}

/// Delivers, and tells the operator at once of what was refused.
///
/// # Errors
/// The database's, or a mail that cannot be rendered.
pub async fn deliver_and_tell(
    store: &mut Store,
    config: &Config,
    clock: &Clock,
    mode: Mode,
) -> Result<Delivered, JobError> {
    let delivered = deliver(store, &config.mail, clock, mode).await?;
    if tell_of_refusals(store, config, delivered.run, clock.moment())? == 0 {
        return Ok(delivered);
    }
    let more = deliver(store, &config.mail, clock, Mode::Due).await?;
    Ok(sum(delivered, more))
}

fn sum(first: Delivered, then: Delivered) -> Delivered {
    Delivered {
        run: then.run,
        accepted: first.accepted + then.accepted,
        deferred: first.deferred + then.deferred,
        refused: first.refused + then.refused,
        unknown: first.unknown + then.unknown,
        dead_letters: first.dead_letters.into_iter().chain(then.dead_letters).collect(),
        relay_fault: then.relay_fault.or(first.relay_fault),
    }
}

/// Queues a mail about dead letters of which nobody was told yet, of this run or of one that was
/// killed, to the operator's route or, where that is what refused, to the contingency route.
fn tell_of_refusals(store: &mut Store, config: &Config, run: i64, now: Timestamp) -> Result<usize, JobError> {
    let untold = outbox::untold(store.sql())?;
    let to = who_can_be_told(config, &untold);
    if untold.is_empty() || to.is_empty() {
        return Ok(0);
    }
    store.write(now, |tx| {
        for recipient in &to {
            let alert = refusal_alert(config, recipient, &untold, now);
            queue(tx, config, &Post { alert: &alert, run: Some(run), at: now })?;
        }
        untold.iter().try_for_each(|letter| outbox::told(tx, letter, now))?;
        Ok(to.len())
    })
}

/// Those whose own mail was not refused.
fn who_can_be_told<'a>(config: &'a Config, untold: &[Untold]) -> Vec<&'a str> {
    let routing = Routing { routes: &config.routes, recipients: &config.recipients };
    let reached = |severity| {
        let mut to = routing.told_of(severity);
        to.retain(|id| !untold.iter().any(|letter| letter.recipient == *id));
        to
    };
    let operators = reached(Severity::Operator);
    if operators.is_empty() { reached(Severity::Contingency) } else { operators }
}

fn refusal_alert(config: &Config, recipient: &str, refused: &[Untold], now: Timestamp) -> Alert {
    let notes = refused
        .iter()
        .map(|letter| {
            format!(
                "Mail {} ({}) to {} was refused: {}",
                letter.id, letter.alert, letter.recipient, letter.reply
            )
        })
        .collect();
    let raised = now.to_zoned(config.council.zone.clone());
    let alert = Alert::blank(Kind::Delivery, Severity::Operator, &config.council.name, recipient, &raised);
    Alert { notes, ..alert }
}
