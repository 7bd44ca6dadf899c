//! A flag as an item of a mail.
