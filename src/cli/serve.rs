//! `carewarden serve`

use super::{Context, Fault};
use crate::config;
use crate::daemon;
use crate::exit::Exit;

pub(super) fn run(context: &mut Context) -> Result<Exit, Fault> {
    let loaded = config::load(&context.config_path).map_err(|faults| Fault::BadInput(faults.to_string()))?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(daemon::serve(&context.config_path, loaded.config))?;
    Ok(Exit::Fine)
}
