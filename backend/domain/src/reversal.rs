//! Taking back what was confirmed wrongly besides arrivals: of which kinds, and why.
//!
//! One person proposes with the reason, a second one confirms; the ledger reverses and the record goes into the state
//! before it. Deliberately absent: whether money has moved on (`ledger`), and arrivals, which are booked anew at once
//! (`arrival::rebooking`).

use crate::Problem;
use crate::problem::check_short_reason;

words! {
    /// What is taken back.
    pub enum ReversalKind {
        /// A payment that came back by a bank line: then the line is nothing yet, and the payment is out again.
        Back = "back" / "退汇或交回",
        /// Then the money is undirected again, and the bank's row is unexplained.
        Fee = "fee" / "手续费",
        /// A return that was noted as paid: then it waits to be paid, and the money has arrived again.
        Return = "return" / "退回捐赠方",
    }
}

/// Why something that was confirmed is taken back.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_reversal(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明哪里错了、依据是什么，如“选错了拨付，银行回单上是另一笔”（5 至 200 字）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        for (reason, fine) in [("错了", false), ("      ", false), ("选错了拨付，见回单", true)] {
            assert_eq!(check_reversal(reason).is_ok(), fine, "{reason}");
        }
        assert!(check_reversal(&"长".repeat(201)).is_err());
    }
}
