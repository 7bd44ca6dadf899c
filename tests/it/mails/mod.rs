//! How every sort of mail reads, and that nothing from outside breaks out of it.

mod hostile;
mod pictures;
mod snapshots;
mod templates;
