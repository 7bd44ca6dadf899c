//! `carewarden check`

use super::out;
use super::{Context, Fault};
use crate::config;
use crate::exit::Exit;

pub(super) fn run(context: &mut Context) -> Result<Exit, Fault> {
    let loaded = config::load(&context.config_path).map_err(|faults| Fault::BadInput(faults.to_string()))?;
    for warning in &loaded.warnings {
        out::error(&warning.to_string());
    }
    let config = &loaded.config;
    context.out.line(&format!(
        "{} is sound: {} source(s), {} rule(s), {} recipient(s), {} route(s){}.",
        context.config_path.display(),
        config.sources.len(),
        config.policy.rules.len(),
        config.recipients.len(),
        config.routes.len(),
        if loaded.warnings.is_empty() {
            String::new()
        } else {
            format!("; {} warning(s)", loaded.warnings.len())
        },
    ))?;
    Ok(Exit::Fine)
}
