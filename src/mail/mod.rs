//! Stub: mail.
