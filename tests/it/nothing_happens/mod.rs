//! What must not happen.
