//! Configuration: raw tables with spans → check, which collects every fault → [`Config`].

mod model;

pub use model::*;
