//! One collect: which ids to ask, in which order, and when to give up on the source.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::{Timestamp, Unit};

use super::collected::{CacheEntry, Collected};
use super::ids::is_usable_id;
use super::record::{LocationRecord, Reject};
use super::words::plain;
use crate::clock::Clock;
use crate::config::CqcApi;
use crate::domain::{Registration, SUCCESSOR_STEPS_MAX};
use crate::sources::http::{Http, Limits};

/// The wait after a first failed try.
pub const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Records that one collect asks for; the whole register has ten times as many.
pub const RECORDS_MAX: usize = 10_000;
/// Over one record in so many failing makes the source failed.
const FAILED_SHARE: usize = 10;

/// What to collect.
#[expect(missing_debug_implementations, reason = "it holds closures")]
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Ids of locations of which facts are held, on the register or not.
    pub watched: &'a BTreeSet<String>,
    /// Ids of the providers of those: a full reading asks for them too.
    pub providers: &'a BTreeSet<String>,
    /// Ids that were rejected or gone last time.
    pub ask_again: &'a BTreeSet<String>,
    /// Everything that changed before it has been handled; `None` before the first collect.
    pub watermark: Option<Timestamp>,
    /// Whether to read everything again, not only what changed.
    pub full: bool,
    /// The job's clock; its start is the end of the window of changes.
    pub clock: Clock,
    /// The wait after a first failed try, [`FIRST_WAIT`] but in tests.
    pub first_wait: Duration,
    /// What is remembered of an address.
    pub cache: &'a dyn Fn(&str) -> Option<CacheEntry>,
    /// Told before every record.
    pub progress: &'a dyn Fn(Progress),
}

/// How far a collect has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Locations asked.
    pub done: usize,
    /// Locations to ask.
    pub total: usize,
}

/// Why an id is asked, which decides whether its record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Watched, configured or listed: kept.
    Ours,
    /// Found in the changes: held against the filter.
    Stranger,
    /// Named as the successor of one of ours, so many steps away: kept whatever the filter.
    Successor(usize),
}

/// The state of one collect.
pub(super) struct Job<'a> {
    pub(super) settings: &'a CqcApi,
    pub(super) plan: Plan<'a>,
    pub(super) http: Http,
    pub(super) out: Collected,
    /// Watched or configured.
    pub(super) known: BTreeSet<&'a str>,
    /// Names of people among the providers asked, by the provider's id.
    pub(super) people: BTreeMap<String, Vec<String>>,
    seen: BTreeSet<String>,
    queue: VecDeque<(String, Standing)>,
    failed: usize,
    done: usize,
}

/// Reads the source: the changes since the watermark, or everything.
///
/// One record that fails is a reject; the list failing, or over a tenth of the records, fails the
/// source. Nothing is stored here.
pub async fn collect(settings: &CqcApi, plan: Plan<'_>) -> Collected {
    let full = plan.full || plan.watermark.is_none();
    let key = settings.subscription_key.as_ref().map(|key| ("Ocp-Apim-Subscription-Key", key));
    let http = match Http::new(&settings.base_url, key, limits(settings, plan.first_wait), plan.clock) {
        Ok(http) => http,
        Err(why) => return Collected::new(full).failed(why),
    };
    let mut job = Job::new(settings, plan, http, full);
    match job.run().await {
        Ok(watermark) => Collected { watermark: Some(watermark), ..job.out },
        Err(why) => job.out.failed(why),
    }
}

const fn limits(settings: &CqcApi, first_wait: Duration) -> Limits {
    Limits {
        requests_per_second: settings.requests_per_second,
        connect_timeout: settings.connect_timeout,
        timeout: settings.timeout,
        retries: settings.retries,
        first_wait,
        retry_after_max: settings.retry_after_max,
        max_body_bytes: settings.max_body_bytes,
    }
}

impl<'a> Job<'a> {
    fn new(settings: &'a CqcApi, plan: Plan<'a>, http: Http, full: bool) -> Self {
        let known = plan.watched.iter().chain(&settings.locations).map(String::as_str).collect();
        Self {
            settings,
            plan,
            http,
            out: Collected::new(full),
            known,
            people: BTreeMap::new(),
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
            failed: 0,
            done: 0,
        }
    }

    async fn run(&mut self) -> Result<Timestamp, String> {
        let now = whole_seconds(self.plan.clock.now());
        let watermark = if self.out.full {
            self.plan_everything().await?;
            now
        } else {
            self.plan_changes(now).await?
        };
        self.ask_the_queue().await?;
        if self.out.full {
            self.ask_known_providers().await;
        }
        Ok(watermark)
    }

    async fn plan_everything(&mut self) -> Result<(), String> {
        let plan = self.plan;
        let listed = self.list_register().await?;
        self.enqueue(&listed, Standing::Ours);
        self.enqueue(plan.watched, Standing::Ours);
        self.enqueue(&self.settings.locations, Standing::Ours);
        self.enqueue(plan.ask_again, Standing::Stranger);
        self.out.listed = Some(listed);
        self.bounded()
    }

    /// Changed ids that we know or do not know yet, what is owed from last time, and what was
    /// configured since. The next window starts where this one ends.
    async fn plan_changes(&mut self, now: Timestamp) -> Result<Timestamp, String> {
        let plan = self.plan;
        let start = plan.watermark.unwrap_or(now);
        let end = now.max(start);
        let mut asked = plan.ask_again.clone();
        if start < end {
            asked.extend(self.list_changes(start, end).await?);
        }
        let (ours, strangers): (Vec<&String>, Vec<&String>) =
            asked.iter().partition(|id| self.known.contains(id.as_str()));
        let settings = self.settings;
        self.enqueue(ours, Standing::Ours);
        self.enqueue(settings.locations.iter().filter(|id| !plan.watched.contains(*id)), Standing::Ours);
        // Last, so that a stranger whom one of ours names as its successor is known as such.
        self.enqueue(strangers, Standing::Stranger);
        self.bounded().map(|()| end)
    }

    fn enqueue<'b>(&mut self, ids: impl IntoIterator<Item = &'b String>, standing: Standing) {
        for id in ids {
            if !self.seen.insert(id.clone()) {
                continue;
            }
            if is_usable_id(id) {
                match standing {
                    // Before any stranger, who may turn out to be the next in the chain.
                    Standing::Successor(_) => self.queue.push_front((id.clone(), standing)),
                    Standing::Ours | Standing::Stranger => self.queue.push_back((id.clone(), standing)),
                }
            } else if standing == Standing::Stranger {
                self.out.wonder(BTreeSet::from([format!("id \"{id}\"")]));
            } else {
                self.out
                    .rejects
                    .push(Reject::new(id, "it is not an id of the register, and is not asked for"));
            }
        }
    }

    fn bounded(&self) -> Result<(), String> {
        let total = self.queue.len();
        if total <= RECORDS_MAX {
            return Ok(());
        }
        Err(format!(
            "{total} records would be read, over the limit of {RECORDS_MAX}; narrow local_authorities and service_types"
        ))
    }

    async fn ask_the_queue(&mut self) -> Result<(), String> {
        while let Some((id, standing)) = self.queue.pop_front() {
            (self.plan.progress)(Progress { done: self.done, total: self.total() });
            self.ask_location(&id, standing).await;
            self.done += 1;
            self.still_good()?;
        }
        (self.plan.progress)(Progress { done: self.done, total: self.total() });
        Ok(())
    }

    /// Locations asked and still to ask.
    fn total(&self) -> usize {
        self.done + self.queue.len()
    }

    /// One record may always fail; over a tenth of them is the source.
    fn still_good(&self) -> Result<(), String> {
        let total = self.total();
        if self.failed <= 1 || self.failed * FAILED_SHARE <= total {
            return Ok(());
        }
        let last = self.out.rejects.last().map_or("", |reject| reject.reason.as_str());
        Err(format!("{} of {total} records failed, over a tenth; the last: {last}", self.failed))
    }

    pub(super) fn reject(&mut self, id: &str, reject: Reject) {
        self.failed += 1;
        self.out.rejects.push(reject);
        self.out.rejected.push(id.to_owned());
    }

    /// Whether a record is to be kept: ours, or found by the filter, or in the place of one of ours.
    pub(super) fn keeps(&self, record: &LocationRecord, standing: Standing) -> bool {
        if standing != Standing::Stranger
            || record.predecessors.iter().any(|id| self.known.contains(id.as_str()))
        {
            return true;
        }
        let among = |wanted: &[String], said: &[String]| {
            wanted.is_empty() || said.iter().any(|said| wanted.iter().any(|want| plain(want) == plain(said)))
        };
        record.registration != Some(Registration::Deregistered)
            && among(&self.settings.local_authorities, record.local_authority.as_slice())
            && among(&self.settings.service_types, &record.service_types)
    }

    /// A location of ours that left the register and names who takes over: ask there too.
    pub(super) fn follow(&mut self, record: &LocationRecord, standing: Standing) {
        let steps = if let Standing::Successor(steps) = standing { steps + 1 } else { 1 };
        if record.registration != Some(Registration::Deregistered) || steps > SUCCESSOR_STEPS_MAX {
            return;
        }
        let new = record.successors.iter().filter(|id| !self.known.contains(id.as_str()));
        let new: Vec<String> = new.cloned().collect();
        // A successor that is queued as a stranger is ours after all.
        for (id, standing) in &mut self.queue {
            if *standing == Standing::Stranger && new.contains(id) {
                *standing = Standing::Successor(steps);
            }
        }
        self.enqueue(&new, Standing::Successor(steps));
    }
}

/// The register's windows are in whole seconds.
fn whole_seconds(at: Timestamp) -> Timestamp {
    at.round(jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor)).unwrap_or(at)
}
