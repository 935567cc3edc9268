//! The comparisons, each one statement that returns what differs.

use super::{Comparison, Finding};
use sqlx::PgConnection;

/// Sums over all transfers may leave the range of one amount; a difference that large is told at its edge.
pub(super) struct Row {
    pub(super) subject: String,
    pub(super) recorded: i64,
    pub(super) recomputed: i64,
}

pub(super) fn findings(comparison: Comparison, rows: Vec<Row>) -> Vec<Finding> {
    let finding =
        |row: Row| Finding { comparison, subject: row.subject, recorded: row.recorded, recomputed: row.recomputed };
    rows.into_iter().map(finding).collect()
}

/// Each comparison reads all books: at a million transfers for longer than a page may ask.
pub async fn take_time(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(r#"select set_config('statement_timeout', '1h', true) as "set!""#).fetch_one(connection).await?;
    Ok(())
}

/// A line that was matched is its parts, to the fen; any other has none.
pub async fn lines_against_parts(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select line.id::text as "subject!", line.recorded as "recorded!", line.recomputed as "recomputed!"
           from (
               select l.id, case when l.status in ('matched', 'confirmed') then l.amount_fen else 0 end as recorded,
                      coalesce((select sum(p.amount_fen) from bank_line_part p
                                where p.line = l.id and p.rebooked_by is null), 0)::bigint as recomputed
               from bank_line l
           ) line
           where line.recorded <> line.recomputed"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::LinesAgainstParts, rows))
}

/// A confirmed part has exactly its arrival, of its line and day and on its owner's account; any other part has none
/// that stands.
pub async fn parts_against_arrivals(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select part.lot::text as "subject!", part.recorded as "recorded!", part.recomputed as "recomputed!"
           from (
               select p.lot,
                      case when l.status = 'confirmed' and p.rebooked_by is null then p.amount_fen else 0 end as recorded,
                      coalesce((
                          select sum(t.amount_fen)
                          from transfer t
                          where t.lot = p.lot and t.code = 'arrival' and t.cause = l.id and t.effective_on = l.booked_on
                            and t.debit = 'world' and t.credit = lands.landing
                            and not exists (select from transfer r where r.corrects = t.id)
                      ), 0)::bigint as recomputed
               from bank_line_part p
               join bank_line l on l.id = p.line
               join part_account lands on lands.lot = p.lot
           ) part
           where part.recorded <> part.recomputed"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::PartsAgainstArrivals, rows))
}

/// Money lots and goods lots alike: what the part or the gift says against what left the world, in its own asset.
pub async fn lots_in_and_out(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select coalesce(lot.id, t.lot)::text as "subject!", coalesce(said.recorded, 0) as "recorded!",
                  coalesce(t.came_in, 0)::bigint as "recomputed!"
           from lot
           left join (
               select p.lot, 'cny' as asset,
                      case when l.status = 'confirmed' and p.rebooked_by is null then p.amount_fen else 0 end as recorded
               from bank_line_part p
               join bank_line l on l.id = p.line
               union all
               select g.lot, 'in_kind', case when g.status = 'reversed' then 0 else g.accepted_fen end
               from goods_gift g
               where g.lot is not null
           ) said on said.lot = lot.id
           full join (
               select lot, asset, sum(case when debit = 'world' then amount_fen else -amount_fen end) as came_in
               from transfer
               where debit = 'world' or credit = 'world'
               group by lot, asset
           ) t on t.lot = lot.id and t.asset = said.asset
           where coalesce(said.recorded, 0) <> coalesce(t.came_in, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::LotsInAndOut, rows))
}

/// The lowest that any limited account's lot ever was, where that is below zero.
pub async fn never_below_zero(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select running.account || ' ' || running.lot as "subject!", 0::bigint as "recorded!",
                  min(running.balance)::bigint as "recomputed!"
           from (
               select m.account, m.asset, m.lot,
                      sum(m.change) over (partition by m.account, m.asset, m.lot order by m.seq) as balance
               from (
                   select debit as account, asset, lot, seq, -amount_fen as change from transfer
                   union all
                   select credit, asset, lot, seq, amount_fen from transfer
               ) m
               where split_part(m.account, ':', 1) in
                     ('unmatched', 'directed', 'general', 'allocated', 'advance', 'surplus')
           ) running
           group by running.account, running.asset, running.lot
           having min(running.balance) < 0"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::NeverBelowZero, rows))
}

/// What stands is moved in full, from its account to its account; what does not stand has moved nothing; and nothing
/// is moved for what does not exist.
#[expect(clippy::too_many_lines, reason = "one statement of everything that moves money")]
pub async fn states_against_transfers(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select coalesce(stands.kind || ' ' || stands.id, moved.code || ' ' || moved.cause) as "subject!",
                  coalesce(stands.recorded, 0) as "recorded!", coalesce(moved.sum, 0)::bigint as "recomputed!"
           from (
               select 'allocation' as kind, 'allocate' as code, id,
                      coalesce('directed:' || pledge, 'general:' || campaign || ':' || charity) as debit,
                      'allocated:' || need || ':' || charity as credit,
                      case when accepted_at is null then 0 else amount_fen end as recorded
               from allocation
               union all
               select 'release of allocation', 'release', id, 'allocated:' || need || ':' || charity,
                      coalesce('directed:' || pledge, 'general:' || campaign || ':' || charity),
                      case when status = 'released' and accepted_at is not null then amount_fen else 0 end
               from allocation
               union all
               select 'disbursement', 'advance', id, 'allocated:' || need || ':' || charity, 'advance:' || id,
                      case when status in ('paid', 'bank_confirmed', 'bounced') then amount_fen else 0 end
               from disbursement
               union all
               select 'spending_item', 'spend', i.id, 'advance:' || i.disbursement, 'spent:' || d.need,
                      case when i.status = 'accepted' then i.amount_fen else 0 end
               from spending_item i
               join disbursement d on d.id = i.disbursement
               union all
               select 'bounced payment', 'bounce', b.disbursement, 'advance:' || b.disbursement,
                      'allocated:' || d.need || ':' || d.charity, sum(l.amount_fen)::bigint
               from line_back b
               join bank_line l on l.id = b.line
               join disbursement d on d.id = b.disbursement
               where b.kind = 'bounced' and b.confirmed_by is not null
               group by b.disbursement, d.need, d.charity
               union all
               select 'money paid back', 'pay_back', b.line, 'advance:' || b.disbursement,
                      'allocated:' || d.need || ':' || d.charity, l.amount_fen
               from line_back b
               join bank_line l on l.id = b.line
               join disbursement d on d.id = b.disbursement
               where b.kind = 'paid_back' and b.confirmed_by is not null
               union all
               select 'return', 'return', t.gift_return, t.account, 'returned', sum(t.amount_fen)::bigint
               from gift_return_take t
               join gift_return r on r.id = t.gift_return and r.status = 'paid'
               group by t.gift_return, t.account
               union all
               select 'surplus', 'surplus', s.id, 'allocated:' || s.need || ':' || s.charity, 'surplus:' || s.need,
                      case when s.status = 'confirmed' then s.amount_fen else 0 end
               from surplus s
               union all
               select 'placement of surplus', 'place_surplus', p.id, 'surplus:' || s.need,
                      'allocated:' || p.to_need || ':' || s.charity,
                      case when p.status = 'confirmed' then p.amount_fen else 0 end
               from surplus_placement p
               join surplus s on s.id = p.surplus
               union all
               select 'fee', 'fee', o.id, 'general:' || o.campaign || ':' || o.charity, 'fee:' || o.charity, o.amount_fen
               from bank_out_read o
               where o.kind = 'fee' and o.explained
               union all
               select 'accepted goods', 'goods', g.id, 'world', 'general:' || g.campaign || ':' || g.charity,
                      case when g.status = 'reversed' then 0 else g.accepted_fen end
               from goods_gift g
               where g.lot is not null
               union all
               select 'goods set aside', 'allocate', g.id, 'general:' || g.campaign || ':' || g.charity,
                      'allocated:' || s.need || ':' || g.charity,
                      case when g.status = 'reversed' then 0 else sum(s.value_fen)::bigint end
               from goods_set_aside s
               join goods_gift g on g.id = s.gift
               group by g.id, s.need
               union all
               select 'hand-over of goods', 'hand_over', o.id, 'allocated:' || o.need || ':' || g.charity,
                      'spent:' || o.need, coalesce(o.value_fen, 0)
               from goods_hand_over o
               join goods_gift g on g.id = o.gift
               union all
               select 'goods taken back', 'release', r.id, 'allocated:' || r.need || ':' || g.charity,
                      'general:' || g.campaign || ':' || g.charity,
                      case when r.status = 'done' and g.status <> 'reversed' then r.value_fen else 0 end
               from goods_rest r
               join goods_gift g on g.id = r.gift and r.kind = 'release'
               union all
               select 'goods written off', 'write_off', r.id,
                      coalesce('allocated:' || r.need, 'general:' || g.campaign) || ':' || g.charity, 'lost:' || g.charity,
                      case when r.status = 'done' then r.value_fen else 0 end
               from goods_rest r
               join goods_gift g on g.id = r.gift and r.kind = 'write_off'
               union all
               select 'owner of line', 'match', line, landing, account, sum(amount_fen)::bigint
               from part_account
               where landing <> account
               group by line, landing, account
           ) stands
           full join (
               select t.cause, t.code, t.debit, t.credit, sum(t.amount_fen) as sum
               from transfer t
               where t.code in ('match', 'allocate', 'release', 'advance', 'spend', 'bounce', 'pay_back', 'return', 'fee',
                                'goods', 'hand_over', 'write_off', 'surplus', 'place_surplus')
                 and not exists (select from transfer r where r.corrects = t.id)
               group by t.cause, t.code, t.debit, t.credit
           ) moved on moved.cause = stands.id and moved.code = stands.code and moved.debit = stands.debit
                      and moved.credit = stands.credit
           where coalesce(stands.recorded, 0) <> coalesce(moved.sum, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::StatesAgainstTransfers, rows))
}

/// A gift's own sums against those of its lines, and what was handed over and written off against what did it.
pub async fn goods_against_parts(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select g.reference || ' ' || said.what as "subject!", said.recorded as "recorded!",
                  said.recomputed as "recomputed!"
           from goods_gift g
           cross join lateral (
               select sum(l.accepted_fen)::bigint as accepted, sum(l.handed_fen)::bigint as handed,
                      sum(l.lost_fen)::bigint as lost
               from goods_gift_line l
               where l.gift = g.id
           ) lines
           cross join lateral (
               values ('accepted', g.accepted_fen, lines.accepted), ('handed over, by line', g.handed_fen, lines.handed),
                      ('written off, by line', g.lost_fen, lines.lost),
                      ('handed over', g.handed_fen, (select coalesce(sum(o.value_fen), 0)::bigint
                                                     from goods_hand_over o
                                                     where o.gift = g.id and o.status = 'accepted')),
                      ('written off', g.lost_fen, (select coalesce(sum(r.value_fen), 0)::bigint
                                                   from goods_rest r
                                                   where r.gift = g.id and r.kind = 'write_off'
                                                     and r.status = 'done'))
           ) said (what, recorded, recomputed)
           where g.confirmed_by is not null and said.recorded <> said.recomputed"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::GoodsAgainstParts, rows))
}

pub async fn cached_balances(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select coalesce(b.account, s.account) || ' ' || coalesce(b.lot, s.lot) as "subject!",
                  coalesce(b.amount_fen, 0) as "recorded!", coalesce(s.balance, 0)::bigint as "recomputed!"
           from account_balance b
           full join (
               select m.account, m.asset, m.lot, sum(m.change) as balance
               from (
                   select debit as account, asset, lot, -amount_fen as change from transfer
                   union all
                   select credit, asset, lot, amount_fen from transfer
               ) m
               where split_part(m.account, ':', 1) in
                     ('unmatched', 'directed', 'general', 'allocated', 'advance', 'surplus')
               group by m.account, m.asset, m.lot
           ) s on s.account = b.account and s.asset = b.asset and s.lot = b.lot
           where coalesce(b.amount_fen, 0) <> coalesce(s.balance, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::CachedBalances, rows))
}

pub async fn pledges_against_parts(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.reference as "subject!", p.arrived_fen as "recorded!", coalesce(s.arrived, 0)::bigint as "recomputed!"
           from pledge p
           left join (
               select part.pledge, sum(part.amount_fen - coalesce(gone.fen, 0)) as arrived
               from bank_line_part part
               join bank_line l on l.id = part.line
               left join (
                   select t.lot, sum(t.amount_fen) as fen
                   from transfer t
                   where t.code = 'return' and not exists (select from transfer r where r.corrects = t.id)
                   group by t.lot
               ) gone on gone.lot = part.lot
               where l.status = 'confirmed'
               group by part.pledge
           ) s on s.pledge = p.id
           where p.arrived_fen <> coalesce(s.arrived, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::PledgesAgainstParts, rows))
}

/// What the bank says at the end of its last statement, against opening balance, books and what only one side has.
pub async fn books_against_bank(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select said.account as "subject!", said.closing_fen as "recorded!", said.books as "recomputed!"
           from (
               select a.bank || ' ' || right(a.account_no, 4) || ' ' || last.day as account, last.closing_fen,
                      a.opening_fen
                      + coalesce((select sum(case when b.side = 'in' then b.amount_fen else -b.amount_fen end)
                                  from bank_book b
                                  where b.bank_account = a.id and b.day between a.opening_on and last.day), 0)::bigint
                      + coalesce((select sum(d.fen) from bank_difference d
                                  where d.bank_account = a.id and d.day between a.opening_on and last.day), 0)::bigint
                          as books
               from bank_account a
               join lateral (
                   select s.closing_fen, t.day
                   from bank_statement s
                   join lateral (
                       select max(r.booked_on) as day from bank_statement_row r where r.statement = s.id
                   ) t on t.day >= a.opening_on
                   where s.bank_account = a.id and s.status = 'taken_in' and s.closing_fen is not null
                     and s.broken_at is null
                   order by t.day desc, s.taken_in_at desc
                   limit 1
               ) last on true
               where a.opening_on is not null
           ) said
           where said.closing_fen <> said.books"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::BooksAgainstBank, rows))
}

/// Each row has what is left for it by those before, the last one the rest; as much was written down; and it stands
/// as its pledge does.
pub async fn pledges_against_rows(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.reference || ' ' || coalesce(d.position, 0) || ' ' || number.what as "subject!",
                  number.recorded as "recorded!", number.recomputed as "recomputed!"
           from pledge p
           left join (
               select d.*, sum(d.amount_fen) over rows_of - d.amount_fen as before,
                      d.position = max(d.position) over (partition by d.pledge) as last,
                      sum(d.amount_fen) over (partition by d.pledge) as whole
               from pledge_designation d
               window rows_of as (partition by d.pledge order by d.position)
           ) d on d.pledge = p.id
           left join (
               select pledge, position, sum(amount_fen) as noted
               from designation_arrival
               group by pledge, position
           ) n on n.pledge = d.pledge and n.position = d.position
           cross join lateral (
               values ('amount', coalesce(d.whole, 0)::bigint, p.amount_fen),
                      ('arrived', d.arrived_fen,
                       greatest(0, case when d.last then p.arrived_fen - d.before
                                        else least(d.amount_fen, p.arrived_fen - d.before) end)::bigint),
                      ('noted', d.arrived_fen, coalesce(n.noted, 0)::bigint),
                      ('standing', 1::bigint, (d.status = p.status and d.show_amount = p.show_amount
                                               and d.pledged_at = p.pledged_at)::integer::bigint)
           ) number (what, recorded, recomputed)
           where number.recorded <> number.recomputed
           order by 1"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::PledgesAgainstRows, rows))
}

pub async fn commitments_against_parts(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id || ' ' || c.unit as "subject!", c.delivered as "recorded!",
                  coalesce(s.delivered, 0)::bigint as "recomputed!"
           from commitment c
           left join (
               select p.commitment, sum(case when p.corrects is null then p.quantity else -p.quantity end) as delivered
               from commitment_part p
               where p.status = 'confirmed'
               group by p.commitment
           ) s on s.commitment = c.id
           where c.delivered <> coalesce(s.delivered, 0)"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::CommitmentsAgainstParts, rows))
}

/// Each of the four numbers, and what was arranged, by itself, of villages and of fields; one without a row has nothing.
pub async fn public_totals(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select of || ' ' || number.what as "subject!", number.recorded as "recorded!",
                  number.recomputed as "recomputed!"
           from (
               select of, sum(pledged_fen)::bigint as pledged_fen, sum(arrived_fen)::bigint as arrived_fen,
                      sum(disbursed_fen)::bigint as disbursed_fen, sum(spent_fen)::bigint as spent_fen,
                      sum(arranged_fen)::bigint as arranged_fen
               from public_total_now
               cross join lateral (select village union all select field) of (of)
               where of <> ''
               group by of
           ) kept
           full join (
               select village as of, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen from money_by_village
               union all
               select field, pledged_fen, arrived_fen, disbursed_fen, spent_fen, arranged_fen from money_by_field
           ) made using (of)
           cross join lateral (
               values ('pledged', coalesce(kept.pledged_fen, 0), coalesce(made.pledged_fen, 0)),
                      ('arrived', coalesce(kept.arrived_fen, 0), coalesce(made.arrived_fen, 0)),
                      ('disbursed', coalesce(kept.disbursed_fen, 0), coalesce(made.disbursed_fen, 0)),
                      ('spent', coalesce(kept.spent_fen, 0), coalesce(made.spent_fen, 0)),
                      ('arranged', coalesce(kept.arranged_fen, 0), coalesce(made.arranged_fen, 0))
           ) number (what, recorded, recomputed)
           where number.recorded <> number.recomputed
           order by of, number.what"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::PublicTotals, rows))
}

/// Needs in lists, needs that were reported on, and of these the ones whose latest report is noted as it is.
pub async fn village_counts(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"with kept as (
               select village, listed, reported, 0 as noted
               from public_total_now
               where village <> ''
               union all
               select village, 0, 0, 1
               from need_reported
           ),
           made as (
               select village, 1 as listed, 0 as reported, 0 as noted
               from needs_listed
               union all
               select n.village, 0, 1, 0
               from needs_public n
               where exists (select from report r where r.need = n.id)
               union all
               select noted.village, 0, 0, 1
               from need_reported noted
               join (select need, max(submitted_at) as at from report group by need) latest
                   on latest.need = noted.need and latest.at = noted.reported_at
           )
           select village || ' ' || number.what as "subject!", number.recorded as "recorded!",
                  number.recomputed as "recomputed!"
           from (
               select village, sum(listed)::bigint as listed, sum(reported)::bigint as reported,
                      sum(noted)::bigint as noted
               from kept
               group by village
           ) k
           full join (
               select village, sum(listed)::bigint as listed, sum(reported)::bigint as reported,
                      sum(noted)::bigint as noted
               from made
               group by village
           ) m using (village)
           cross join lateral (
               values ('listed', coalesce(k.listed, 0), coalesce(m.listed, 0)),
                      ('reported', coalesce(k.reported, 0), coalesce(m.reported, 0)),
                      ('noted', coalesce(k.noted, 0), coalesce(m.noted, 0))
           ) number (what, recorded, recomputed)
           where number.recorded <> number.recomputed
           order by village, number.what"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::VillageCounts, rows))
}

/// What came in, what went out and how many rows there are, by account, day and block.
pub async fn kept_sums(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select account || ' ' || asset || ' ' || booked_day || ' ' || number.what as "subject!",
                  number.recorded as "recorded!", number.recomputed as "recomputed!"
           from ledger_kept k
           full join (
               select m.account, m.asset, m.booked_day, m.seq >> 14 as block, sum(m.came_in)::bigint as came_in,
                      sum(m.went_out)::bigint as went_out, count(*) as entries
               from (
                   select debit as account, asset, booked_day, seq, 0 as came_in, amount_fen as went_out from transfer
                   union all
                   select credit, asset, booked_day, seq, amount_fen, 0 from transfer
               ) m
               where m.seq <= (select seq from ledger_kept_until) and ledger_is_kept(m.account)
               group by m.account, m.asset, m.booked_day, m.seq >> 14
           ) made using (account, asset, booked_day, block)
           cross join lateral (
               values ('in', coalesce(k.came_in_fen, 0), coalesce(made.came_in, 0)),
                      ('out', coalesce(k.went_out_fen, 0), coalesce(made.went_out, 0)),
                      ('rows', coalesce(k.entries, 0), coalesce(made.entries, 0))
           ) number (what, recorded, recomputed)
           where number.recorded <> number.recomputed"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::KeptSums, rows))
}

/// Of needs each number; of pledges what arrived and what went out, and whether it is noted that something did.
pub async fn numbers_against_rows(connection: &mut PgConnection) -> sqlx::Result<Vec<Finding>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select kind || ' ' || of || ' ' || number as "subject!", coalesce(told.fen, 0) as "recorded!",
                  coalesce(made.fen, 0)::bigint as "recomputed!"
           from (
               select 'need' as kind, m.need as of, v.number, v.fen
               from money_by_need m
               cross join lateral (
                   values ('pledged', m.pledged_fen), ('arrived', m.arrived_fen), ('disbursed', m.disbursed_fen),
                          ('spent', m.spent_fen), ('arranged', m.arranged_fen)
               ) v (number, fen)
               union all
               select 'pledge', m.pledge, v.number, v.fen
               from money_by_pledge m
               cross join lateral (
                   values ('arrived', m.arrived_fen), ('disbursed', m.disbursed_fen), ('spent', m.spent_fen)
               ) v (number, fen)
               union all
               select 'pledge', pledge, number || ' at all', 1
               from pledge_reached
           ) told
           full join (
               select 'need' as kind, need as of, number, sum(fen) as fen
               from need_figure
               where need is not null
               group by need, number
               union all
               select 'pledge', pledge, number, sum(fen)
               from pledge_figure
               where number <> 'pledged'
               group by pledge, number
               union all
               select 'pledge', pledge, number || ' at all', 1
               from (
                   select part.pledge, 'arrived' as number
                   from bank_line_part part
                   join bank_line line on line.id = part.line and line.status = 'confirmed'
                   union
                   select part.pledge, case when t.credit like 'spent:%' then 'spent' else 'disbursed' end
                   from transfer t
                   join bank_line_part part on part.lot = t.lot
                   where (t.credit like 'advance:%' or t.credit like 'spent:%') and t.asset = 'cny'
               ) reached
               where pledge is not null
           ) made using (kind, of, number)
           where coalesce(told.fen, 0) <> coalesce(made.fen, 0)
             -- What was taken back had arrived, or was paid out, all the same.
             and (made.fen is not null or number not like '% at all')"#
    )
    .fetch_all(connection)
    .await?;
    Ok(findings(Comparison::NumbersAgainstRows, rows))
}
