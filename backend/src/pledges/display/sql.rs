//! The only SQL on how pledges are shown, and on what was chosen before.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::pledges::DisplayChosen;
use domain::pledge::DisplayChoice;
use domain::{OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// How a pledge of this enterprise is shown, locked until the transaction ends.
pub async fn lock_display(
    connection: &mut PgConnection,
    id: PledgeId,
    enterprise: OrganisationId,
) -> sqlx::Result<Option<DisplayChoice>> {
    let row = sqlx::query!(
        "select public_display, show_amount, share_with_recipient
         from pledge
         where id = $1 and enterprise = $2
         for update",
        id.0,
        enterprise.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(DisplayChoice {
            name: word("pledge", &row.public_display)?,
            show_amount: row.show_amount,
            share_with_recipient: row.share_with_recipient,
        })
    })
    .transpose()
}

pub async fn set_display(
    connection: &mut PgConnection,
    id: PledgeId,
    choice: DisplayChoice,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge
         set public_display = $2, show_amount = $3, share_with_recipient = $4, changed_at = $5
         where id = $1",
        id.0,
        choice.name.as_str(),
        choice.show_amount,
        choice.share_with_recipient,
        now
    )
    .execute(connection)
    .await
}

/// Keeps a choice beside those before it.
pub async fn insert(
    connection: &mut PgConnection,
    id: PledgeId,
    (choice, version): (DisplayChoice, &str),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pledge_display_choice
             (pledge, number, public_display, show_amount, share_with_recipient, text_version, chosen_by, chosen_at)
         select $1, max(number) + 1, $2, $3, $4, $5, $6, $7
         from pledge_display_choice
         where pledge = $1",
        id.0,
        choice.name.as_str(),
        choice.show_amount,
        choice.share_with_recipient,
        version,
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// All choices of an enterprise's pledge, latest first; none where it is not its own.
pub async fn history(
    connection: &mut PgConnection,
    id: PledgeId,
    enterprise: OrganisationId,
) -> sqlx::Result<Vec<DisplayChosen>> {
    let rows = sqlx::query!(
        "select c.number, c.public_display, c.show_amount, c.share_with_recipient, c.text_version, c.chosen_at
         from pledge_display_choice c
         join pledge p on p.id = c.pledge
         where c.pledge = $1 and p.enterprise = $2
         order by c.number desc
         limit 500",
        id.0,
        enterprise.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DisplayChosen {
                number: row.number,
                choice: DisplayChoice {
                    name: word("pledge_display_choice.public_display", &row.public_display)?,
                    show_amount: row.show_amount,
                    share_with_recipient: row.share_with_recipient,
                },
                text_version: row.text_version,
                chosen_at: row.chosen_at,
            })
        })
        .collect()
}
