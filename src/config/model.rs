//! The configuration as it is meant, after every check: no option is left to be looked up later.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::alerts::{Recipient, Route, Templates};
use crate::domain::Contract;
use crate::domain::return_::MissLimits;
use crate::rules::Policy;
use crate::schedule::CatchUp;
use crate::sources::returns::template::Template;
use crate::store::retention::Keep;

/// When housekeeping is due if nothing says otherwise: after clock changes, before the first reading.
pub const HOUSEKEEPING_SCHEDULE: &str = "30 3 * * *";

/// Everything one run needs to know.
#[derive(Debug)]
pub struct Config {
    /// Who runs it.
    pub council: Council,
    /// Where the database is.
    pub store: Store,
    /// The sources, in the order of the file; ids are unique.
    pub sources: Vec<Source>,
    /// The rules in force.
    pub policy: Policy,
    /// How returns are read, and when they are due.
    pub returns: Returns,
    /// How mail leaves.
    pub mail: Mail,
    /// Who can be told; ids are unique.
    pub recipients: Vec<Recipient>,
    /// Who is told what; every id in `to` is a recipient.
    pub routes: Vec<Route>,
    /// The digest, where one is wanted.
    pub digest: Option<Digest>,
    /// The outside monitor, where there is one.
    pub heartbeat: Option<Heartbeat>,
    /// Backups, where they are wanted.
    pub backup: Option<Backup>,
    /// What may go after its time.
    pub retention: Retention,
    /// The mail templates, parsed once.
    pub templates: Templates,
}

impl Config {
    /// When housekeeping is due: five cron fields in the council's zone.
    #[must_use]
    pub fn housekeeping_schedule(&self) -> &str {
        self.backup.as_ref().map_or(HOUSEKEEPING_SCHEDULE, |backup| backup.schedule.as_str())
    }
}

/// `[council]`
#[derive(Clone, Debug)]
pub struct Council {
    /// "Oldham Council", as it stands at the head of mails.
    pub name: String,
    /// Its zone's IANA name.
    pub timezone: String,
    /// The zone: schedules, deadlines and shown times are civil times in it.
    pub zone: TimeZone,
}

/// `[store]`
#[derive(Clone, Debug)]
pub struct Store {
    /// Path of the SQLite file.
    pub path: PathBuf,
}

/// One `[[source]]`.
#[derive(Debug)]
pub struct Source {
    /// Its id, the subject of its own flags.
    pub id: String,
    /// When it is due: five cron fields in the council's zone.
    pub schedule: String,
    /// What happens to runs that were due while nothing ran.
    pub catch_up: CatchUp,
    /// What it is.
    pub kind: SourceKind,
}

/// What a source is, with the settings of that kind.
#[derive(Debug)]
pub enum SourceKind {
    /// The Care Quality Commission's API.
    CqcApi(CqcApi),
    /// Provider returns.
    Returns(ReturnsSource),
}

/// `[returns]`, `[[contract]]` and the list that `contracts` names.
#[derive(Clone, Debug)]
pub struct Returns {
    /// The councils' templates; ids are unique.
    pub templates: Vec<Template>,
    /// The contracts.
    pub contracts: Vec<Contract>,
    /// Days after a period's end by which a return is due.
    pub due_days: i32,
    /// How many misses are too many.
    pub limits: MissLimits,
    /// Id of the recipient who is told of returns that were refused; nobody where absent.
    pub mailbox: Option<String>,
}

/// `kind = "returns"`
#[derive(Debug)]
pub struct ReturnsSource {
    /// Where the files come from.
    pub from: ReturnsFrom,
    /// Id of the one template that is used; without, the one that fits.
    pub template: Option<String>,
}

/// Where returns come from.
#[derive(Debug)]
pub enum ReturnsFrom {
    /// A folder into which files are dropped.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// A file is whole when it has not changed for so long.
        settle: Duration,
    },
    /// An address.
    Address(ReturnsAddress),
}

/// An address that answers with one file.
#[derive(Debug)]
pub struct ReturnsAddress {
    /// https, or http to a loopback address.
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<SecretString>,
    /// Limit for one connect.
    pub connect_timeout: Duration,
    /// Limit for one whole request.
    pub timeout: Duration,
    /// Tries after the first.
    pub retries: u32,
    /// The longest `Retry-After` that is obeyed.
    pub retry_after_max: Duration,
    /// Limit of the body after unpacking, in bytes.
    pub max_body_bytes: usize,
}

/// `kind = "cqc-api"`
#[derive(Debug)]
pub struct CqcApi {
    /// Without a trailing slash; https, or http to a loopback address.
    pub base_url: String,
    /// The filter: names of local authorities as the register writes them.
    pub local_authorities: Vec<String>,
    /// The filter: `gacServiceTypes[].description`.
    pub service_types: Vec<String>,
    /// Ids watched besides what the filter finds.
    pub locations: Vec<String>,
    /// Sent as `Ocp-Apim-Subscription-Key`; absent where the address needs none (a test server).
    pub subscription_key: Option<SecretString>,
    /// At most so many requests a second.
    pub requests_per_second: f64,
    /// Limit for one connect.
    pub connect_timeout: Duration,
    /// Limit for one whole request.
    pub timeout: Duration,
    /// Tries after the first.
    pub retries: u32,
    /// The longest `Retry-After` that is obeyed.
    pub retry_after_max: Duration,
    /// Limit of one body after unpacking, in bytes.
    pub max_body_bytes: usize,
    /// Days between two full readings of all that is watched.
    pub full_reread_days: u16,
    /// Brake: share of the watched locations that one collect may make vanish.
    pub brake_share: f64,
    /// Brake: so many may always vanish.
    pub brake_floor: usize,
    /// Ids a page.
    pub per_page: u32,
}

/// `[mail]`
#[derive(Debug)]
pub struct Mail {
    /// How it leaves.
    pub transport: Transport,
    /// `From`, with or without a display name.
    pub from: String,
    /// A read mailbox for answers.
    pub reply_to: Option<String>,
    /// Envelope sender; by default the address of `from`.
    pub bounce: String,
    /// Recipients' domains are among these; empty means any.
    pub allowed_domains: Vec<String>,
    /// First wait after a deferral.
    pub retry_min: Duration,
    /// Longest wait.
    pub retry_max: Duration,
    /// After so long since the first attempt a mail becomes a dead letter.
    pub give_up_after: Duration,
    /// Whether a mail says that a flag has cleared.
    pub send_cleared: bool,
    /// Whether the provider's name stands in the subject line.
    pub name_in_subject: bool,
}

/// `[mail] transport`
#[derive(Debug)]
pub enum Transport {
    /// To a relay.
    Smtp(Smtp),
    /// One `.eml` file a mail in this folder.
    Directory {
        /// The folder; made if it is not there.
        dir: PathBuf,
    },
}

/// The relay.
#[derive(Debug)]
pub struct Smtp {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// User name and password, both or neither.
    pub login: Option<(String, SecretString)>,
    /// Certificates trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Name said in EHLO; by default the domain of `from`.
    pub ehlo_name: String,
    /// Limit for the connect.
    pub connect_timeout: Duration,
    /// Limit for each step of the dialogue.
    pub timeout: Duration,
}

/// `[mail] tls`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Plain connect, then STARTTLS, required.
    StartTls,
    /// TLS from the first byte.
    Wrapper,
    /// None; loopback addresses only.
    None,
}

/// `[digest]`
#[derive(Clone, Debug)]
pub struct Digest {
    /// Five cron fields in the council's zone.
    pub schedule: String,
    /// Recipients' ids.
    pub to: Vec<String>,
}

/// `[heartbeat]`
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// Asked for after each good cycle; a monitor raises the alarm when it is not.
    pub url: SecretString,
    /// Asked for after a cycle that was not good.
    pub failure_url: SecretString,
    /// Limit for the whole call.
    pub timeout: Duration,
    /// The monitor has not answered for so long: the operator is told.
    pub alert_after: SignedDuration,
}

/// `[backup]`
#[derive(Clone, Debug)]
pub struct Backup {
    /// The folder; made if it is not there.
    pub dir: PathBuf,
    /// Five cron fields in the council's zone.
    pub schedule: String,
    /// How many are kept.
    pub keep: Keep,
}

/// `[retention]`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Bodies of documents go after so many days, once a newer one of the same address is held; kept
    /// for ever where absent.
    pub bodies_days: Option<u16>,
}
