//! Carewarden watches home-care providers for a council.
//!
//! It pulls inspection ratings, keeps them as facts that are only ever added, flags poor
//! performers by rules in plain words, mails alerts that say what changed and why the reader was
//! told, and keeps one SQLite file that an auditor can query. `docs/architecture.md` is the map.

pub mod alerts;
pub mod audit;
pub mod charts;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod demo;
pub mod domain;
pub mod exit;
pub mod facts;
pub mod failpoint;
pub mod flags;
pub mod jobs;
pub mod mail;
pub mod rules;
pub mod schedule;
pub mod signals;
pub mod sources;
pub mod status;
pub mod store;
pub mod telemetry;
