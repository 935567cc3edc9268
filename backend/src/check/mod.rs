//! Recomputes what the books must be and names every difference. Reads only; it mends nothing.
//!
//! Each comparison is broken once by a test. Deliberately absent: comparing with seals, which do not exist yet.

mod campaigns;
mod sql;
mod surpluses;

use crate::error::Result;
use sqlx::PgPool;
use std::fmt;

/// One thing that does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub comparison: Comparison,
    /// The line, lot, account, pledge, commitment or village.
    pub subject: String,
    /// What the record says, in fen; of a commitment, in its unit; of a count, a number.
    pub recorded: i64,
    /// What the transfers, or the parts, add up to.
    pub recomputed: i64,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Each bank line against the sum of its parts.
    LinesAgainstParts,
    /// Each part of a bank line against the arrival that was posted for its lot, on the account of its owner.
    PartsAgainstArrivals,
    /// Per lot: what left the world against the confirmed part of a line, or the accepted gift of goods.
    LotsInAndOut,
    /// No limited account below zero, lot by lot, after any transfer.
    NeverBelowZero,
    /// Each allocation, payment, spending item, surplus and gift of goods against its transfers, their accounts and its state;
    /// and each such transfer against what it was posted for.
    StatesAgainstTransfers,
    /// What of a gift of goods is accepted, handed over and written off, against its lines, hand-overs and write-offs.
    GoodsAgainstParts,
    /// Cached balances against the sums of transfers.
    CachedBalances,
    /// What a pledge says has arrived against its confirmed parts, less what went back.
    PledgesAgainstParts,
    /// Per bank account with an opening balance: its last statement's closing balance against the books and every
    /// difference that has a name.
    BooksAgainstBank,
    /// The rows of a pledge: their amounts and shares against the pledge, filled in their order, each against what was
    /// written down of it, and what they copy of the pledge.
    PledgesAgainstRows,
    /// What a commitment besides money says was delivered against its confirmed parts, in its own unit.
    CommitmentsAgainstParts,
    /// The kept totals of each village and each field against pledges and transfers.
    PublicTotals,
    /// The kept totals of each campaign against its pledges and their transfers.
    CampaignTotals,
    /// The kept sums of accounts with many rows against the transfers that they hold.
    KeptSums,
    /// Each number of a need, and what of each pledge's money was paid and spent, against the rows that it opens.
    NumbersAgainstRows,
    /// How many needs of each village are kept to stand in lists, and to have been reported on, against the needs.
    VillageCounts,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::LinesAgainstParts => "bank line against the sum of its parts",
            Comparison::PartsAgainstArrivals => "bank-line part against its arrival",
            Comparison::LotsInAndOut => "lot: confirmed against what came in",
            Comparison::NeverBelowZero => "limited account below zero",
            Comparison::StatesAgainstTransfers => "allocation, payment or spending item against its transfers",
            Comparison::GoodsAgainstParts => "gift of goods against its lines, hand-overs and write-offs",
            Comparison::CachedBalances => "cached balance against its transfers",
            Comparison::BooksAgainstBank => {
                "bank account: last statement against the books and what is named beside them"
            }
            Comparison::PledgesAgainstParts => "pledge against its confirmed parts",
            Comparison::PledgesAgainstRows => "pledge against its designations",
            Comparison::CommitmentsAgainstParts => "commitment against its confirmed parts",
            Comparison::PublicTotals => "kept total of a village or a field against what it is made of",
            Comparison::CampaignTotals => "kept total of a campaign or of a giver to it against what it is made of",
            Comparison::NumbersAgainstRows => "number against the rows that it opens",
            Comparison::KeptSums => "kept sum of an account against its transfers",
            Comparison::VillageCounts => "kept count of a village against its needs",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { comparison, subject, recorded, recomputed } = self;
        let counts = [Comparison::CommitmentsAgainstParts, Comparison::VillageCounts].contains(comparison);
        let unit = if counts { "" } else { " fen" };
        write!(f, "{comparison}: {subject}: recorded {recorded}{unit}, recomputed {recomputed}{unit}")
    }
}

/// Everything that does not agree, read in one moment; nothing when the books are right.
pub async fn check(pool: &PgPool) -> Result<Vec<Finding>> {
    let mut tx = pool.begin_with("begin isolation level repeatable read read only").await?;
    sql::take_time(&mut tx).await?;
    let mut findings = Vec::new();
    findings.extend(sql::lines_against_parts(&mut tx).await?);
    findings.extend(sql::parts_against_arrivals(&mut tx).await?);
    findings.extend(sql::lots_in_and_out(&mut tx).await?);
    findings.extend(sql::never_below_zero(&mut tx).await?);
    findings.extend(sql::states_against_transfers(&mut tx).await?);
    findings.extend(surpluses::placements_against_lots(&mut tx).await?);
    findings.extend(sql::goods_against_parts(&mut tx).await?);
    findings.extend(sql::cached_balances(&mut tx).await?);
    findings.extend(sql::pledges_against_parts(&mut tx).await?);
    findings.extend(sql::books_against_bank(&mut tx).await?);
    findings.extend(sql::pledges_against_rows(&mut tx).await?);
    findings.extend(sql::commitments_against_parts(&mut tx).await?);
    findings.extend(sql::public_totals(&mut tx).await?);
    findings.extend(campaigns::campaign_totals(&mut tx).await?);
    findings.extend(sql::village_counts(&mut tx).await?);
    findings.extend(sql::kept_sums(&mut tx).await?);
    findings.extend(sql::numbers_against_rows(&mut tx).await?);
    Ok(findings)
}
