//! The only SQL on pledges of which money is still to come.

use crate::db::decode::{fen, word};
use domain::arrival::Candidate;
use domain::pledge::PledgeReference;
use domain::{OrganisationId, PledgeId};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The pledges to a charity that have one of the references, and the latest of which something has not arrived yet.
/// Who names a reference may pay more than was promised.
pub async fn outstanding(
    connection: &mut PgConnection,
    charity: OrganisationId,
    named: &[PledgeReference],
    limit: i64,
) -> sqlx::Result<Vec<Candidate>> {
    let named: Vec<String> = named.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"with meant as (
               select id
               from pledge
               where reference = any($2) and charity = $1 and status not in ('draft', 'cancelled')
               union
               (select id
                from pledge
                where charity = $1 and status in ('pledged', 'agreed', 'partly_arrived', 'overdue')
                order by pledged_at desc
                limit $3)
           ), payer as (
               select q.enterprise, array_agg(distinct l.payer) as names
               from pledge q
               join organisation o on o.id = q.enterprise
               join bank_line_part part on part.pledge = q.id
               join bank_line l on l.id = part.line and l.status = 'confirmed' and l.payer <> o.name
               where q.charity = $1 and q.enterprise in (select m.enterprise from pledge m where m.id in (select id from meant))
               group by q.enterprise
           )
           select p.id, p.reference, o.name, p.amount_fen, p.arrived_fen,
                  payer.names as "earlier_payers?", p.pledged_day as "pledged_on!", r.former_names as "former_names?",
                  -- What tells its name from others, as people say it.
                  case when char_length(o.name_core) >= 2 and o.name_core <> o.name then o.name_core end as short_name
           from pledge p
           join organisation o on o.id = p.enterprise
           left join payer on payer.enterprise = p.enterprise
           left join registration r on r.organisation = p.enterprise
           where p.id in (select id from meant)
           order by p.pledged_at desc, p.id"#,
        charity.0,
        &named,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let outstanding = fen("amount", row.amount_fen)?.saturating_gap(fen("amount", row.arrived_fen)?);
            Ok(Candidate {
                pledge: PledgeId(row.id),
                reference: word("pledge", &row.reference)?,
                full_name: row.name,
                former_names: row.former_names.unwrap_or_default(),
                earlier_payers: row.earlier_payers.unwrap_or_default(),
                short_name: row.short_name,
                outstanding,
                pledged_on: row.pledged_on,
            })
        })
        .collect()
}

/// The titles of the needs that pledges are for.
pub async fn need_titles(
    connection: &mut PgConnection,
    pledges: impl IntoIterator<Item = PledgeId>,
) -> sqlx::Result<HashMap<PledgeId, String>> {
    let pledges: Vec<Uuid> = pledges.into_iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select d.pledge as "pledge!", string_agg(n.title, '；' order by d.position) as "titles!"
           from designation_counted d
           join need n on n.id = d.need
           where d.pledge = any($1)
           group by d.pledge"#,
        &pledges
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (PledgeId(row.pledge), row.titles)).collect())
}
