//! The only SQL by which rows of a table become drafts.

use crate::needs::sql::json;
use chrono::{DateTime, NaiveDate, Utc};
use domain::need::{Field, Indicator, NeedContent, PairingForm};
use domain::{Fen, NeedId, NeedImportId, PersonId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

/// The advisory lock of whoever turns rows into drafts.
const IMPORTING: i64 = 0x7169_616e_6375_6e03;

/// Waits until nobody else turns rows into drafts; ends with the transaction.
pub async fn one_at_a_time(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IMPORTING).fetch_one(connection).await?;
    Ok(())
}

/// The position of the last of the next `limit` needs; none when all are dealt with.
pub async fn next(connection: &mut PgConnection, import: NeedImportId, limit: i64) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "select max(position)
         from (select position
               from need_import_row
               where import = $1 and outcome = 'ready'
               order by position
               limit $2) as next",
        import.0,
        limit
    )
    .fetch_one(connection)
    .await
}

/// A need that becomes a draft.
pub struct Ready {
    position: i32,
    pub first_row: i32,
    organisation: Uuid,
    content: Json<NeedContent>,
}

pub async fn ready(connection: &mut PgConnection, import: NeedImportId, last: i32) -> sqlx::Result<Vec<Ready>> {
    sqlx::query_as!(
        Ready,
        r#"select position, first_row, organisation as "organisation!", content as "content!: Json<NeedContent>"
           from need_import_row
           where import = $1 and outcome = 'ready' and position <= $2
           order by position"#,
        import.0,
        last
    )
    .fetch_all(connection)
    .await
}

/// Needs column by column, as one statement takes them.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    organisations: Vec<Uuid>,
    villages: Vec<String>,
    kinds: Vec<String>,
    fields: Vec<Option<String>>,
    titles: Vec<String>,
    descriptions: Vec<String>,
    amounts: Vec<Option<i64>>,
    price_bases: Vec<String>,
    asked: Vec<Value>,
    procured: Vec<bool>,
    forms: Vec<Option<String>>,
    joints: Vec<Option<Value>>,
    days: Vec<Option<NaiveDate>>,
    outcomes: Vec<String>,
    indicators: Vec<Option<String>>,
    quantities: Vec<Option<i64>>,
    units: Vec<String>,
}

impl Columns {
    /// Takes a need apart: whoever adds a part to needs is told here.
    fn push(&mut self, id: NeedId, ready: &Ready) -> sqlx::Result<()> {
        let NeedContent {
            village,
            kind,
            field,
            title,
            description,
            items: _,
            amount_fen,
            price_basis,
            quotes: _,
            lines,
            procured,
            form,
            joint,
            wanted_by,
            outcome,
            indicator,
            outcome_quantity,
            outcome_unit,
            photos: _,
        } = &ready.content.0;
        self.ids.push(id.0);
        self.organisations.push(ready.organisation);
        self.villages.push(village.to_string());
        self.kinds.push(kind.to_string());
        self.fields.push(field.map(Field::as_str).map(str::to_owned));
        self.titles.push(title.clone());
        self.descriptions.push(description.clone());
        self.amounts.push(amount_fen.map(Fen::get));
        self.price_bases.push(price_basis.clone());
        self.asked.push(json(lines)?);
        self.procured.push(*procured);
        self.forms.push(form.map(PairingForm::as_str).map(str::to_owned));
        self.joints.push(joint.as_ref().map(json).transpose()?);
        self.days.push(*wanted_by);
        self.outcomes.push(outcome.clone());
        self.indicators.push(indicator.map(Indicator::as_str).map(str::to_owned));
        self.quantities.push(*outcome_quantity);
        self.units.push(outcome_unit.clone());
        Ok(())
    }
}

pub async fn insert_needs(
    connection: &mut PgConnection,
    drafts: &[(NeedId, Ready)],
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut columns = Columns::default();
    for (id, ready) in drafts {
        columns.push(*id, ready)?;
    }
    sqlx::query!(
        "insert into need (id, organisation, village, status, kind, field, title, description, amount_fen, price_basis,
                           asked, procured, form, joint, wanted_by, outcome, indicator, outcome_quantity, outcome_unit,
                           created_by, created_at, changed_at)
         select id, organisation, village, 'draft', kind, field, title, description, amount_fen, price_basis, asked,
                procured, form, joint, wanted_by, outcome, indicator, outcome_quantity, outcome_unit, $19, $20, $20
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
                     $9::text[], $10::jsonb[], $11::boolean[], $12::text[], $13::jsonb[], $14::date[], $15::text[],
                     $16::text[], $17::bigint[], $18::text[])
              as draft (id, organisation, village, kind, field, title, description, amount_fen, price_basis, asked,
                        procured, form, joint, wanted_by, outcome, indicator, outcome_quantity, outcome_unit)",
        &columns.ids,
        &columns.organisations,
        &columns.villages,
        &columns.kinds,
        &columns.fields as &[Option<String>],
        &columns.titles,
        &columns.descriptions,
        &columns.amounts as &[Option<i64>],
        &columns.price_bases,
        &columns.asked,
        &columns.procured,
        &columns.forms as &[Option<String>],
        &columns.joints as &[Option<Value>],
        &columns.days as &[Option<NaiveDate>],
        &columns.outcomes,
        &columns.indicators as &[Option<String>],
        &columns.quantities as &[Option<i64>],
        &columns.units,
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The budgets of needs, positions counted from 1 as elsewhere.
pub async fn insert_items(connection: &mut PgConnection, drafts: &[(NeedId, Ready)]) -> sqlx::Result<()> {
    let (mut needs, mut positions, mut names, mut amounts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (id, ready) in drafts {
        for (item, position) in ready.content.items.iter().zip(1_i32..) {
            needs.push(id.0);
            positions.push(position);
            names.push(item.name.clone());
            amounts.push(item.amount_fen.get());
        }
    }
    sqlx::query!(
        "insert into need_item (need, position, name, amount_fen)
         select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::bigint[])",
        &needs,
        &positions,
        &names,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn mark_imported(
    connection: &mut PgConnection,
    import: NeedImportId,
    drafts: &[(NeedId, Ready)],
) -> sqlx::Result<()> {
    let positions: Vec<i32> = drafts.iter().map(|(_, ready)| ready.position).collect();
    let needs: Vec<Uuid> = drafts.iter().map(|(id, _)| id.0).collect();
    sqlx::query!(
        "update need_import_row r
         set outcome = 'imported', need = draft.need, content = null
         from unnest($2::integer[], $3::uuid[]) as draft (position, need)
         where r.import = $1 and r.position = draft.position and r.outcome = 'ready'",
        import.0,
        &positions,
        &needs
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn finish(
    connection: &mut PgConnection,
    id: NeedImportId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need_import set status = 'done', done_at = $2 where id = $1 and status = 'importing'",
        id.0,
        now
    )
    .execute(connection)
    .await
}
