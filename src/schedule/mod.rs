//! Stub: schedule.
