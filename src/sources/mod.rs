//! Stub: sources.
