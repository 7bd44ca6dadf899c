//! Open flags against findings.
/// x
#[derive(Debug)]
pub struct Reconciled {}
/// x
pub fn reconcile() {}
