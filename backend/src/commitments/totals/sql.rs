//! The only SQL that adds commitments up, each unit of each kind for itself.

use crate::commitments::Viewer;
use chrono::NaiveDate;
use domain::api::commitments::CommitmentTotal;
use domain::need::ContributionKind;
use sqlx::PgConnection;

struct Row {
    kind: String,
    unit: String,
    commitments: i64,
    promised: i64,
    delivered: i64,
}

fn read(rows: Vec<Row>) -> sqlx::Result<Vec<CommitmentTotal>> {
    let total = |row: Row| -> sqlx::Result<CommitmentTotal> {
        let kind = row
            .kind
            .parse::<ContributionKind>()
            .map_err(|error| sqlx::Error::Decode(format!("need.kind: {error}").into()))?;
        let Row { unit, commitments, promised, delivered, .. } = row;
        Ok(CommitmentTotal { kind, unit, commitments, promised, delivered })
    };
    rows.into_iter().map(total).collect()
}

/// Of the public needs of a place.
pub async fn of_place(connection: &mut PgConnection, place: &str) -> sqlx::Result<Vec<CommitmentTotal>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select kind as "kind!", unit as "unit!", count(*) as "commitments!", sum(counted)::bigint as "promised!",
                  sum(delivered)::bigint as "delivered!"
           from commitment_in_totals
           where lies_in(village, $1)
           group by kind, unit
           order by kind, unit"#,
        place
    )
    .fetch_all(connection)
    .await?;
    read(rows)
}

/// Of the commitments that were made from the first to the last of these days.
pub async fn made_between(
    connection: &mut PgConnection,
    (first, last): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<CommitmentTotal>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select kind as "kind!", unit as "unit!", count(*) as "commitments!", sum(counted)::bigint as "promised!",
                  sum(delivered)::bigint as "delivered!"
           from commitment_in_totals
           where promised_at >= $1::date::timestamp at time zone 'Asia/Shanghai'
             and promised_at < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai'
           group by kind, unit
           order by kind, unit"#,
        first,
        last
    )
    .fetch_all(connection)
    .await?;
    read(rows)
}

/// Of those that somebody reads.
pub async fn of_viewer(connection: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<CommitmentTotal>> {
    let (enterprise, recipient, place) = viewer.scope();
    let rows = sqlx::query_as!(
        Row,
        r#"select t.kind as "kind!", t.unit as "unit!", count(*) as "commitments!",
                  sum(t.counted)::bigint as "promised!", sum(t.delivered)::bigint as "delivered!"
           from commitment_in_totals t
           join need n on n.id = t.need
           where ($1::uuid is null or t.enterprise = $1)
             and ($2::uuid is null or n.organisation = $2)
             and ($3::text is null or t.village like $3 || '%')
           group by t.kind, t.unit
           order by t.kind, t.unit"#,
        enterprise.map(|id| id.0),
        recipient.map(|id| id.0),
        place
    )
    .fetch_all(connection)
    .await?;
    read(rows)
}
