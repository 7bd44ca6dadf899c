//! The jobs: each a function that the daemon's loop and the command line both call.

pub mod deliver;
