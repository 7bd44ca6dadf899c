//! The CQC API.
