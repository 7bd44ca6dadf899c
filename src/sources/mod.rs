//! Where facts come from: one folder a kind of source, and the one way in over HTTP.

pub mod cqc;
pub mod http;
pub mod returns;
