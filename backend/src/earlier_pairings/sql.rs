//! The only SQL on pairings of the time before this platform.

use super::reading::Found;
use crate::db::decode::{texts, word};
use crate::files::tables::Draft;
use crate::places::Names;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::earlier_pairings::{EarlierImport, EarlierRow, EarlierShown, NewEarlierImport};
use domain::api::places::Said;
use domain::earlier::{EarlierPairing, public_name};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use domain::{EarlierImportId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// The advisory lock of whoever imports or takes back.
const IMPORTING: i64 = 0x7169_616e_6375_6e07;

/// Waits until nobody else imports; ends with the transaction.
pub async fn one_at_a_time(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IMPORTING).fetch_one(connection).await?;
    Ok(())
}

/// What is said of a whole list.
pub struct NewList<'a> {
    id: EarlierImportId,
    pub source: &'a str,
    pub as_of: NaiveDate,
    published_at: Option<&'a str>,
    draft: &'a Draft,
}

impl<'a> NewList<'a> {
    pub fn of(new: &'a NewEarlierImport, draft: &'a Draft) -> Self {
        let published_at = Some(new.published_at.trim()).filter(|address| !address.is_empty());
        NewList { id: new.id, source: new.source.trim(), as_of: new.as_of, published_at, draft }
    }
}

/// An import as it is stored.
pub struct Stored {
    pub acting_for: OrganisationId,
    sha256: Vec<u8>,
    import: EarlierImport,
}

impl Stored {
    /// Whether it is what a request says again.
    pub fn is(&self, list: &NewList<'_>) -> bool {
        self.sha256 == list.draft.sha256
            && self.import.source == list.source
            && self.import.as_of == list.as_of
            && self.import.published_at.as_deref() == list.published_at
    }

    pub fn into_api(self, caller: OrganisationId) -> EarlierImport {
        EarlierImport { own: self.acting_for == caller, ..self.import }
    }
}

struct StoredRow {
    id: Uuid,
    source: String,
    as_of: NaiveDate,
    published_at: Option<String>,
    file_name: String,
    sha256: Vec<u8>,
    rows_taken: i32,
    acting_for: Uuid,
    by: String,
    made_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawn_reason: Option<String>,
}

impl From<StoredRow> for Stored {
    fn from(row: StoredRow) -> Self {
        let import = EarlierImport {
            id: EarlierImportId(row.id),
            source: row.source,
            as_of: row.as_of,
            published_at: row.published_at,
            file_name: row.file_name,
            rows: row.rows_taken,
            by: row.by,
            made_at: row.made_at,
            withdrawn_at: row.withdrawn_at,
            withdrawn_reason: row.withdrawn_reason,
            own: false,
        };
        Stored { acting_for: OrganisationId(row.acting_for), sha256: row.sha256, import }
    }
}

pub async fn by_id(connection: &mut PgConnection, id: EarlierImportId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        StoredRow,
        r#"select i.id, i.source, i.as_of, i.published_at, i.file_name, i.sha256, i.rows_taken, i.acting_for,
                  o.name as "by", i.made_at, i.withdrawn_at, i.withdrawn_reason
           from earlier_import i
           join organisation o on o.id = i.acting_for
           where i.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Stored::from))
}

/// What one organisation imported, or everybody.
pub async fn latest(
    connection: &mut PgConnection,
    of: Option<OrganisationId>,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        StoredRow,
        r#"select i.id, i.source, i.as_of, i.published_at, i.file_name, i.sha256, i.rows_taken, i.acting_for,
                  o.name as "by", i.made_at, i.withdrawn_at, i.withdrawn_reason
           from earlier_import i
           join organisation o on o.id = i.acting_for
           where $1::uuid is null or i.acting_for = $1
           order by i.made_at desc, i.id desc
           limit $2"#,
        of.map(|of| of.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// When an organisation took in the same file, and did not take it back.
pub async fn imported_before(
    connection: &mut PgConnection,
    of: OrganisationId,
    sha256: &[u8],
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select max(made_at)
         from earlier_import
         where acting_for = $1 and sha256 = $2 and withdrawn_at is null",
        of.0,
        sha256
    )
    .fetch_one(connection)
    .await
}

/// Which of these rows stand already.
pub async fn standing(connection: &mut PgConnection, digests: &[Vec<u8>]) -> sqlx::Result<Vec<Vec<u8>>> {
    sqlx::query_scalar!("select digest from earlier_pairing_standing where digest = any($1)", digests)
        .fetch_all(connection)
        .await
}

/// The verified enterprises of these codes, by code.
pub async fn enterprises(connection: &mut PgConnection, codes: &[String]) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"select uscc as "uscc!", name
           from organisation
           where kind = 'enterprise' and status = 'verified' and uscc = any($1)"#,
        codes
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.uscc, row.name)).collect())
}

pub async fn insert(
    connection: &mut PgConnection,
    list: &NewList<'_>,
    rows_taken: i32,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into earlier_import (id, source, as_of, published_at, file_name, sha256, rows_taken, made_by, acting_for,
                                     made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        list.id.0,
        list.source,
        list.as_of,
        list.published_at,
        list.draft.name,
        list.draft.sha256,
        rows_taken,
        acting.person.0,
        acting.organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes rows down, and that they stand.
pub async fn insert_rows(connection: &mut PgConnection, id: EarlierImportId, rows: &[Found]) -> sqlx::Result<()> {
    fn column<T>(rows: &[Found], of: impl Fn(&Found) -> T) -> Vec<T> {
        rows.iter().map(of).collect()
    }
    let optional = |of: fn(&EarlierPairing) -> Option<String>| column(rows, |row| of(&row.pairing));
    let places: Vec<PlaceCode> = column(rows, |row| row.pairing.place.clone());
    sqlx::query!(
        "with written as (
             insert into earlier_pairing (import, position, row, enterprise_name, uscc, place, form, begun, until, done,
                                          digest)
             select $1, place_in_file::integer, row_number, name, uscc, place, form, begun, until, done, digest
             from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::bytea[])
                  with ordinality as row (row_number, name, uscc, place, form, begun, until, done, digest,
                                          place_in_file)
             returning import, position, place, uscc, digest
         )
         insert into earlier_pairing_standing (digest, import, position, place, uscc)
         select digest, import, position, place, uscc
         from written",
        id.0,
        &column(rows, |row| row.row),
        &column(rows, |row| row.pairing.enterprise_name.clone()),
        &optional(|pairing| pairing.uscc.clone().map(String::from)) as &[Option<String>],
        &texts(&places),
        &column(rows, |row| row.pairing.form.as_str().to_owned()),
        &optional(|pairing| pairing.begun.map(String::from)) as &[Option<String>],
        &optional(|pairing| pairing.until.map(String::from)) as &[Option<String>],
        &column(rows, |row| row.pairing.done.clone()),
        &column(rows, |row| row.digest.clone())
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes an import back that stands; none of its rows stands any more.
pub async fn withdraw(
    connection: &mut PgConnection,
    id: EarlierImportId,
    (person, reason): (PersonId, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from earlier_pairing_standing where import = $1", id.0).execute(&mut *connection).await?;
    sqlx::query!(
        "update earlier_import set withdrawn_by = $2, withdrawn_at = $3, withdrawn_reason = $4
         where id = $1 and withdrawn_at is null",
        id.0,
        person.0,
        now,
        reason
    )
    .execute(connection)
    .await
}

/// Rows of an import in the order of its file, also of one that was taken back.
pub async fn rows(
    connection: &mut PgConnection,
    id: EarlierImportId,
    after: i64,
    limit: i64,
    places: &Names,
) -> sqlx::Result<Vec<EarlierRow>> {
    let rows = sqlx::query!(
        r#"select e.row, e.enterprise_name, e.uscc, e.place, e.form, e.begun, e.until, e.done, o.name as "enterprise?"
           from earlier_pairing e
           left join organisation o on o.kind = 'enterprise' and o.status = 'verified' and o.uscc = e.uscc
           where e.import = $1
           order by e.position
           limit $3 offset $2"#,
        id.0,
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let place: PlaceCode = word("earlier_pairing.place", &row.place)?;
            let moment = |column, text: Option<String>| text.map(|text| word(column, &text)).transpose();
            Ok(EarlierRow {
                row: row.row,
                place: places.place(&place),
                enterprise: row.enterprise,
                pairing: EarlierPairing {
                    enterprise_name: row.enterprise_name,
                    uscc: row.uscc.map(|code| word("earlier_pairing.uscc", &code)).transpose()?,
                    place,
                    form: word("earlier_pairing.form", &row.form)?,
                    begun: moment("earlier_pairing.begun", row.begun)?,
                    until: moment("earlier_pairing.until", row.until)?,
                    done: row.done,
                },
            })
        })
        .collect()
}

struct ShownRow {
    enterprise_name: String,
    public_display: Option<String>,
    place: String,
    form: String,
    begun: Option<String>,
    until: Option<String>,
    done: String,
    source: String,
    as_of: NaiveDate,
    published_at: Option<String>,
    counted: i64,
}

impl ShownRow {
    fn read(self, places: &Names) -> sqlx::Result<EarlierShown> {
        let chosen: Option<PublicDisplay> =
            self.public_display.map(|chosen| word("earlier_display.public_display", &chosen)).transpose()?;
        let moment = |column, text: Option<String>| text.map(|text| word(column, &text)).transpose();
        Ok(EarlierShown {
            enterprise: public_name(&self.enterprise_name, chosen, self.published_at.is_some()),
            place: places.place(&word("earlier_pairing.place", &self.place)?),
            form: word("earlier_pairing.form", &self.form)?,
            begun: moment("earlier_pairing.begun", self.begun)?,
            until: moment("earlier_pairing.until", self.until)?,
            done: self.done,
            said: Said { source: self.source, as_of: self.as_of },
            published_at: self.published_at,
        })
    }
}

fn shown(rows: Vec<ShownRow>, places: &Names) -> sqlx::Result<(Vec<EarlierShown>, i64)> {
    let counted = rows.first().map_or(0, |row| row.counted);
    let shown: sqlx::Result<_> = rows.into_iter().map(|row| row.read(places)).collect();
    Ok((shown?, counted))
}

/// Those of a place and what lies in it, of a village those of its town too; latest first, with how many there are.
pub async fn of_place(
    connection: &mut PgConnection,
    code: &PlaceCode,
    (after, limit): (i64, i64),
    places: &Names,
) -> sqlx::Result<(Vec<EarlierShown>, i64)> {
    let rows = sqlx::query_as!(
        ShownRow,
        r#"select e.enterprise_name as "enterprise_name!", e.public_display, e.place as "place!", e.form as "form!",
                  e.begun, e.until, e.done as "done!", e.source as "source!", e.as_of as "as_of!", e.published_at,
                  count(*) over () as "counted!"
           from earlier_pairing_read e
           where e.place like $1 || '%' or e.place = left($1, 9)
           order by e.begun desc nulls last, e.import, e.position
           limit $3 offset $2"#,
        code.as_str(),
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    shown(rows, places)
}

/// Those of a verified enterprise, latest first, with how many there are.
pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
    places: &Names,
) -> sqlx::Result<(Vec<EarlierShown>, i64)> {
    let rows = sqlx::query_as!(
        ShownRow,
        r#"select e.enterprise_name as "enterprise_name!", e.public_display, e.place as "place!", e.form as "form!",
                  e.begun, e.until, e.done as "done!", e.source as "source!", e.as_of as "as_of!", e.published_at,
                  count(*) over () as "counted!"
           from earlier_pairing_read e
           where e.enterprise = $1
           order by e.begun desc nulls last, e.import, e.position
           limit $2"#,
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    shown(rows, places)
}

/// How an enterprise wants to be named in its earlier pairings.
pub async fn display(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Option<PublicDisplay>> {
    let chosen = sqlx::query_scalar!("select public_display from earlier_display where enterprise = $1", enterprise.0)
        .fetch_optional(connection)
        .await?;
    chosen.map(|chosen| word("earlier_display.public_display", &chosen)).transpose()
}

pub async fn choose_display(
    connection: &mut PgConnection,
    acting: &Acting,
    name: PublicDisplay,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into earlier_display (enterprise, public_display, chosen_by, chosen_at)
         values ($1, $2, $3, $4)
         on conflict (enterprise) do update
         set public_display = excluded.public_display, chosen_by = excluded.chosen_by, chosen_at = excluded.chosen_at",
        acting.organisation.0,
        name.as_str(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}
