//! The only SQL on what enterprises have promised, by the view that its migration defines.

use crate::db::decode::{error, word, words};
use chrono::NaiveDate;
use domain::commitment::CommitmentStatus;
use domain::due::{DueKind, UNDER_NOTICE};
use domain::pairing::{MilestoneStatus, PairingStatus};
use domain::place::PlaceCode;
use domain::pledge::PledgeStatus;
use domain::{Fen, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// One thing that was promised, as it is stored.
pub struct Row {
    pub kind: DueKind,
    pub subject: Uuid,
    pub day: Option<NaiveDate>,
    pub what: String,
    /// The label of its own state.
    pub state: &'static str,
    pub quantity: Option<i64>,
    pub delivered: Option<i64>,
    pub unit: String,
    pub amount_fen: Option<Fen>,
    pub arrived_fen: Option<Fen>,
    pub town: Option<PlaceCode>,
    pub villages: Vec<PlaceCode>,
    pub reference: String,
    pub path: String,
    pub settled: bool,
    pub kept: bool,
    pub waiting: bool,
    /// The agreement under way that it belongs to, or that lists its village.
    pub under_way: Option<Uuid>,
    /// Who receives a pledge, and whom to ask there.
    pub charity: Option<String>,
    pub charity_contact: String,
}

/// What is open first, by day; of what is settled the latest.
pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select d.kind as "kind!", d.subject as "subject!", d.day, d.what as "what!", d.status as "status!", d.quantity,
                  d.delivered, d.unit as "unit!", d.amount_fen, d.arrived_fen, d.town, d.villages as "villages!",
                  d.reference as "reference!", d.settled as "settled!", d.kept as "kept!", d.waiting as "waiting!",
                  d.pairing, d.pledge, u.id as "under_way?", o.name as "charity?",
                  coalesce(c.contact, '') as "charity_contact!"
           from enterprise_due d
           left join pledge g on g.id = d.pledge
           left join organisation o on o.id = g.charity
           left join campaign_charity c on c.campaign = g.campaign and c.charity = g.charity
           left join lateral (
               select p.id
               from pairing p
               where p.enterprise = d.enterprise and p.status in ('approved', 'signed', 'active')
                 and (p.id = d.pairing
                      or (d.pairing is null
                          and exists (select from pairing_village v
                                      where v.pairing = p.id and v.number = p.terms and v.village = any(d.villages))))
               order by p.approved_at desc, p.id
               limit 1
           ) u on true
           where d.enterprise = $1
           order by d.settled, case when not d.settled then d.day end, d.day desc nulls last, d.subject
           limit $2"#,
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind: DueKind = word("enterprise_due.kind", &row.kind)?;
            let amount =
                |fen: Option<i64>| fen.map(Fen::new).transpose().map_err(|wrong| error("enterprise_due", wrong));
            Ok(Row {
                kind,
                state: state(kind, &row.status)?,
                path: path(kind, row.subject, row.pairing.or(row.pledge)),
                subject: row.subject,
                day: row.day,
                what: row.what,
                quantity: row.quantity,
                delivered: row.delivered,
                unit: row.unit,
                amount_fen: amount(row.amount_fen)?,
                arrived_fen: amount(row.arrived_fen)?,
                town: row.town.as_deref().map(|town| word("enterprise_due.town", town)).transpose()?,
                villages: words("enterprise_due.villages", &row.villages)?,
                reference: row.reference,
                settled: row.settled,
                kept: row.kept,
                waiting: row.waiting,
                under_way: row.under_way,
                charity: row.charity,
                charity_contact: row.charity_contact,
            })
        })
        .collect()
}

/// What its own room calls its state.
fn state(kind: DueKind, status: &str) -> sqlx::Result<&'static str> {
    const COLUMN: &str = "enterprise_due.status";
    Ok(match kind {
        DueKind::Commitment => word::<CommitmentStatus>(COLUMN, status)?.label(),
        DueKind::Milestone => word::<MilestoneStatus>(COLUMN, status)?.label(),
        DueKind::PairingEnd if status == "under_notice" => UNDER_NOTICE,
        DueKind::PairingEnd => word::<PairingStatus>(COLUMN, status)?.label(),
        DueKind::Pledge | DueKind::Instalment => word::<PledgeStatus>(COLUMN, status)?.label(),
    })
}

/// Where it is worked on; `whole` is the pairing or the pledge that it is a part of.
fn path(kind: DueKind, subject: Uuid, whole: Option<Uuid>) -> String {
    let whole = whole.unwrap_or(subject);
    match kind {
        DueKind::Milestone => format!("/pairings/{whole}#plan"),
        DueKind::PairingEnd => format!("/pairings/{whole}"),
        DueKind::Commitment => format!("/commitments/{subject}"),
        DueKind::Pledge | DueKind::Instalment => format!("/pledges/{whole}"),
    }
}
