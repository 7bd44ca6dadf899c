//! Provider returns: what a provider sends the council each period.
//!
//! [`book`] turns a file's bytes into tables, [`reading`] turns tables into values and rejects by a
//! council's [`template`], and [`inbox`] and [`address`] are where files come from. Only those two
//! touch the world; the rest is pure.

pub mod address;
pub mod book;
pub mod inbox;
pub mod lists;
pub mod reading;
pub mod refusal;
pub mod template;
mod values;
