//! The only SQL that reads the pairings of a place.

use crate::db::decode::{word, words};
use chrono::NaiveDate;
use domain::need::PairingForm;
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use sqlx::PgConnection;

/// One of the active pairings of a place, with the name and the wish of its enterprise.
pub struct Shown {
    pub form: PairingForm,
    pub enterprise_name: String,
    pub public_display: PublicDisplay,
    pub town: Option<PlaceCode>,
    pub villages: Vec<PlaceCode>,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
}

pub async fn active_in(connection: &mut PgConnection, place: &str, limit: i64) -> sqlx::Result<Vec<Shown>> {
    let rows = sqlx::query!(
        r#"select p.form as "form!", p.enterprise_name as "enterprise_name!", p.public_display as "public_display!",
                  p.town, p.villages as "villages!", p.first_day as "first_day!", p.last_day as "last_day!"
           from pairing_read p
           where p.status = 'active'
             and exists (select from pairing_village v
                         where v.pairing = p.id and v.number = p.terms and v.village like $1 || '%')
           order by p.first_day, p.id
           limit $2"#,
        place,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Shown {
                form: word("pairing_terms.form", &row.form)?,
                enterprise_name: row.enterprise_name,
                public_display: word("pairing.public_display", &row.public_display)?,
                town: row.town.as_deref().map(|town| word("pairing_terms.town", town)).transpose()?,
                villages: words("pairing_village.village", &row.villages)?,
                first_day: row.first_day,
                last_day: row.last_day,
            })
        })
        .collect()
}
