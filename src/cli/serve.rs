//! `carewarden serve`

use tokio::runtime::Runtime;

use super::{Context, Fault};
use crate::clock::real_now;
use crate::config;
use crate::daemon::{self, DaemonError};
use crate::exit::Exit;
use crate::jobs::{JobError, emergency};
use crate::store::StoreError;

pub(super) fn run(context: &mut Context) -> Result<Exit, Fault> {
    let loaded = config::load(&context.config_path).map_err(|faults| Fault::BadInput(faults.to_string()))?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(daemon::serve(&context.config_path, loaded.config));
    if let Err(DaemonError::Store(fault) | DaemonError::Job(JobError::Store(fault))) = &served {
        tell(context, &runtime, fault);
    }
    served?;
    Ok(Exit::Fine)
}

/// A daemon that cannot use its database has no outbox: the operator is told by the other ways.
fn tell(context: &Context, runtime: &Runtime, fault: &StoreError) {
    if let (true, Ok(loaded)) = (fault.is_grave(), config::load(&context.config_path)) {
        let told = runtime.block_on(emergency::tell(&loaded.config, &fault.to_string(), real_now()));
        tracing::warn!(?told, "told past the outbox");
    }
}
