//! Mails waiting, on their way and gone.
