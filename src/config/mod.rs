//! Configuration: raw tables with spans → check, which collects every fault → [`Config`].
//!
//! It reads the file, the files that it names and the secrets; it never opens the network or the
//! database. A configuration is taken whole or not at all.

mod check;
mod codes;
mod diagnostic;
mod keys;
mod load;
mod mask;
mod model;
mod nearest;
mod notes;
mod page;
mod reader;
mod secret;

pub use check::{SHIPPED_POLICY, builtin_policy, builtin_templates, policy_from_str, template_from_str};
pub use codes::{Code, Level};
pub use diagnostic::{Diagnostic, Faults};
pub use load::{Loaded, load, load_with};
pub use model::*;
pub use secret::Env;
