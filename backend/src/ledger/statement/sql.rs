//! The only SQL on the rows of a statement.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::ledger::{EntryLink, EntryPlace};
use domain::ledger::{Account, Asset, TransferCode};
use domain::pledge::PublicDisplay;
use domain::{BankLineId, Fen, LotId, TransferId};
use sqlx::PgConnection;
use uuid::Uuid;

/// The numbers of an account's rows from one place on and before another, the latest ones.
pub async fn earlier(
    connection: &mut PgConnection,
    account: &Account,
    asset: Asset,
    (from, until): (EntryPlace, EntryPlace),
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select seq as "seq!"
           from (
               (select t.booked_day, t.seq
                from transfer t
                where t.debit = $1 and t.asset = $2 and (t.booked_day, t.seq) >= ($3, $4)
                  and (t.booked_day, t.seq) < ($5, $6)
                order by t.booked_day desc, t.seq desc
                limit $7)
               union all
               (select t.booked_day, t.seq
                from transfer t
                where t.credit = $1 and t.asset = $2 and (t.booked_day, t.seq) >= ($3, $4)
                  and (t.booked_day, t.seq) < ($5, $6)
                order by t.booked_day desc, t.seq desc
                limit $7)
           ) both_sides
           order by booked_day desc, seq desc
           limit $7"#,
        account.to_string(),
        asset.as_str(),
        from.day,
        from.seq,
        until.day,
        until.seq,
        limit
    )
    .fetch_all(connection)
    .await
}

/// As [`earlier`], the first ones.
pub async fn later(
    connection: &mut PgConnection,
    account: &Account,
    asset: Asset,
    (from, until): (EntryPlace, EntryPlace),
    limit: i64,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select seq as "seq!"
           from (
               (select t.booked_day, t.seq
                from transfer t
                where t.debit = $1 and t.asset = $2 and (t.booked_day, t.seq) >= ($3, $4)
                  and (t.booked_day, t.seq) < ($5, $6)
                order by t.booked_day, t.seq
                limit $7)
               union all
               (select t.booked_day, t.seq
                from transfer t
                where t.credit = $1 and t.asset = $2 and (t.booked_day, t.seq) >= ($3, $4)
                  and (t.booked_day, t.seq) < ($5, $6)
                order by t.booked_day, t.seq
                limit $7)
           ) both_sides
           order by booked_day, seq
           limit $7"#,
        account.to_string(),
        asset.as_str(),
        from.day,
        from.seq,
        until.day,
        until.seq,
        limit
    )
    .fetch_all(connection)
    .await
}

/// A transfer with what is to be said of it.
pub struct Row {
    pub id: TransferId,
    pub place: EntryPlace,
    debit: Account,
    credit: Account,
    pub amount: Fen,
    pub code: TransferCode,
    pub lot: LotId,
    pub cause: Uuid,
    pub effective_on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    pub says: String,
    /// What it says is the name of whoever paid.
    pub says_payer: bool,
    pub need_code: Option<String>,
    pub line: Option<BankLineId>,
    pub booked_on: Option<NaiveDate>,
    pub giver: Option<String>,
    pub display: Option<PublicDisplay>,
    pub show_amount: Option<bool>,
    pub corrects: Option<EntryLink>,
    pub corrected_by: Option<EntryLink>,
}

impl Row {
    /// The account on the other side.
    pub fn other(&self, own: &Account) -> Account {
        if self.credit == *own { self.debit } else { self.credit }
    }

    /// By how much it changes an account.
    pub fn change(&self, own: &Account) -> i64 {
        if self.credit == *own { self.amount.get() } else { -self.amount.get() }
    }
}

fn link(id: Option<Uuid>, day: Option<NaiveDate>, seq: Option<i64>) -> Option<EntryLink> {
    Some(EntryLink { id: TransferId(id?), place: EntryPlace { day: day?, seq: seq? } })
}

/// The transfers of these numbers, newest first.
pub async fn rows(connection: &mut PgConnection, numbers: &[i64]) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select t.id, t.seq, t.booked_day, t.debit, t.credit, t.amount_fen, t.code, t.lot, t.cause, t.effective_on,
                  t.recorded_at, c.id as "corrects?", c.seq as "corrects_seq?", c.booked_day as "corrects_day?",
                  r.id as "corrected_by?", r.seq as "corrected_by_seq?", r.booked_day as "corrected_by_day?",
                  coalesce(l.payer, d.payee_name, i.description, n.title, moved.reference, '') as "says!",
                  l.id is not null as "says_payer!", n.code as "need_code?", part.line as "line?",
                  coalesce(lot_line.booked_on, goods.received_on) as booked_on, e.name as "giver?",
                  coalesce(p.public_display, goods.public_display) as public_display,
                  coalesce(p.show_amount, goods.show_value) as show_amount
           from transfer t
           left join transfer c on c.id = t.corrects
           left join transfer r on r.corrects = t.id
           left join bank_line l on l.id = t.cause and t.code in ('arrival', 'match', 'pay_back')
           left join allocation a on a.id = t.cause and t.code in ('allocate', 'release')
           left join disbursement d on d.id = t.cause and t.code in ('advance', 'bounce')
           left join spending_item i on i.id = t.cause and t.code = 'spend'
           left join disbursement paid on paid.id = i.disbursement
           left join goods_hand_over o on o.id = t.cause and t.code = 'hand_over'
           left join goods_rest w on w.id = t.cause and t.code in ('release', 'write_off')
           left join goods_gift moved on moved.id = coalesce(o.gift, w.gift, t.cause) and t.asset = 'in_kind'
           left join needs_public n
               on n.id = coalesce(a.need, d.need, paid.need, o.need, w.need,
                                  case when t.asset = 'in_kind' and t.credit like 'allocated:%'
                                       then split_part(t.credit, ':', 2)::uuid end)
           left join bank_line_part part on part.lot = t.lot
           left join bank_line lot_line on lot_line.id = part.line
           left join pledge p on p.id = part.pledge
           left join goods_gift goods on goods.lot = t.lot and t.asset = 'in_kind'
           left join organisation e on e.id = coalesce(p.enterprise, goods.enterprise)
           where t.seq = any($1)
           order by t.booked_day desc, t.seq desc"#,
        numbers
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                id: TransferId(row.id),
                place: EntryPlace { day: row.booked_day, seq: row.seq },
                debit: word("transfer.debit", &row.debit)?,
                credit: word("transfer.credit", &row.credit)?,
                amount: fen("transfer.amount_fen", row.amount_fen)?,
                code: word("transfer.code", &row.code)?,
                lot: LotId(row.lot),
                cause: row.cause,
                effective_on: row.effective_on,
                recorded_at: row.recorded_at,
                says: row.says,
                says_payer: row.says_payer,
                need_code: row.need_code,
                line: row.line.map(BankLineId),
                booked_on: row.booked_on,
                giver: row.giver,
                display: row.public_display.as_deref().map(|text| word("pledge", text)).transpose()?,
                show_amount: row.show_amount,
                corrects: link(row.corrects, row.corrects_day, row.corrects_seq),
                corrected_by: link(row.corrected_by, row.corrected_by_day, row.corrected_by_seq),
            })
        })
        .collect()
}
