//! The only SQL of finding: the texts of needs in which words are shown.

use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Characters of a text that are looked at; what stands further down is no reason to open a need.
const TEXT_MAX: i32 = 600;

/// Of each need the texts that a page may show a piece of.
pub type Texts = HashMap<Uuid, Vec<String>>;

/// Description, what will be better and what is asked, of each public one of these needs.
pub async fn texts(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Texts> {
    let rows = sqlx::query!(
        r#"select n.id as "id!", left(n.description, $2) as "description!", n.outcome as "outcome!",
                  coalesce(
                      (select string_agg(i.name, '、' order by i.position) from need_item i where i.need = n.id),
                      (select string_agg(line ->> 'name', '、') from jsonb_array_elements(n.asked) line), '')
                      as "budget!"
           from needs_listed n
           where n.id = any($1)"#,
        ids,
        TEXT_MAX
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, vec![row.budget, row.outcome, row.description])).collect())
}
