//! One assessment's mails.
/// x
#[derive(Debug)]
pub struct Inputs {}
/// x
pub fn plan(_i: Inputs) {}
