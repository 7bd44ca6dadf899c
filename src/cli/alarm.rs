//! `carewarden alarm`: tells the operator that the service has failed and stays down. Started by
//! systemd (`carewarden-failure@.service`); needs no database, because that may be what is broken.

use super::{Context, Fault, out};
use crate::alerts::{Kind, moment_words};
use crate::clock;
use crate::domain::clean_text;
use crate::exit::Exit;
use crate::jobs::bulletin::{Bulletin, post};

/// What such a mail is called in its file's name and Message-ID.
const NAME: &str = "alarm";

/// Arguments of `alarm`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The unit that has failed
    #[arg(long, value_name = "UNIT", default_value = "carewarden.service")]
    unit: String,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit, Fault> {
    let unit = clean_text(&args.unit);
    tracing::error!(name: "service_failed", unit, "the service has failed and stays down");
    let config = context.config()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let now = clock::real_now();
    let bulletin = Bulletin {
        name: NAME,
        kind: Kind::Source,
        title: format!("{unit} has failed and stays down: nobody is told of poor care"),
        text: words(&unit, &moment_words(now, &config.council.zone)),
    };
    let told = runtime.block_on(post(&config, &bulletin, now));
    for fault in &told.faults {
        out::error(&format!("error: {fault}"));
    }
    context.out.line(&out::counted(i64::try_from(told.mailed.len()).unwrap_or(i64::MAX), "mail"))?;
    Ok(if told.mailed.is_empty() { Exit::Failed } else { Exit::Fine })
}

/// The words; they rest on no template, which may be what is broken.
fn words(unit: &str, when: &str) -> String {
    format!(
        "THE SERVICE HAS FAILED AND STAYS DOWN\n\
         {unit}, {when}.\n\n\
         WHAT IT MEANS\n  \
           No source is read, no provider is judged and no alert is sent until it is started again.\n  \
           What was known and queued is in the database and is sent then.\n\n\
         DO NOW, on the machine\n  \
           1. journalctl -u {unit} -x         says why\n  \
           2. carewarden check                if it was the configuration\n  \
           3. systemctl reset-failed {unit} && systemctl start {unit}\n"
    )
}
