//! The only SQL on coverage; reads agreements and earlier pairings by their views.

use crate::db::decode::word;
use chrono::NaiveDate;
use domain::api::coverage::{CoveragePart, EndingPairing, VillageCoverage, VillagePairingShown};
use domain::api::needs::Where;
use domain::api::places::Said;
use domain::coverage::CoverageCounts;
use domain::need::{Field, PairingForm};
use domain::place::{PlaceCode, TownClass, short_village_name};
use domain::pledge::{DisplayChoice, PublicDisplay};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// The enterprise as it wants to be shown.
fn public_name(name: &str, chosen: PublicDisplay) -> String {
    DisplayChoice { name: chosen, show_amount: false, share_with_recipient: false }.public_name(name, false)
}

/// An agreement that ends soon in one town.
#[derive(Debug, Clone, Deserialize)]
pub struct Ending {
    enterprise_name: String,
    public_display: PublicDisplay,
    form: PairingForm,
    pub villages: i64,
    pub last_day: NaiveDate,
}

impl Ending {
    pub fn into_api(self, town: Where) -> EndingPairing {
        EndingPairing {
            town,
            enterprise: public_name(&self.enterprise_name, self.public_display),
            form: self.form,
            villages: self.villages,
            last_day: self.last_day,
        }
    }
}

/// A town with the counts of its villages.
pub struct Town {
    pub code: PlaceCode,
    name: String,
    pub class: Option<TownClass>,
    /// The list that says which class.
    pub said: Option<Said>,
    pub counts: CoverageCounts,
    pub ending: Vec<Ending>,
}

impl Town {
    pub fn into_api(self) -> CoveragePart {
        CoveragePart { code: self.code, name: self.name, class: self.class, counts: self.counts }
    }
}

struct TownRow {
    code: String,
    name: String,
    class: Option<String>,
    source: Option<String>,
    as_of: Option<NaiveDate>,
    covered: bool,
    villages: i64,
    none: i64,
    one: i64,
    many: i64,
    leaving: i64,
    coming: i64,
    gaps: i64,
    overlaps: i64,
    earlier: i64,
    ending: Json<Vec<Ending>>,
}

impl TownRow {
    fn read(self) -> sqlx::Result<Town> {
        let sum = CoverageCounts {
            villages: self.villages,
            none: self.none,
            one: self.one,
            many: self.many,
            leaving: self.leaving,
            coming: self.coming,
            gaps: self.gaps,
            overlaps: self.overlaps,
            earlier: self.earlier,
            ..CoverageCounts::default()
        };
        Ok(Town {
            code: word("place.code", &self.code)?,
            name: self.name,
            class: self.class.map(|class| word("town_class.class", &class)).transpose()?,
            said: self.source.zip(self.as_of).map(|(source, as_of)| Said { source, as_of }),
            counts: super::as_town(sum, self.covered),
            ending: self.ending.0,
        })
    }
}

/// The towns of a county, or all.
pub async fn towns(
    connection: &mut PgConnection,
    place: &PlaceCode,
    field: Option<Field>,
    soon: NaiveDate,
) -> sqlx::Result<Vec<Town>> {
    let rows = sqlx::query_as!(
        TownRow,
        r#"with counted as (
               select left(v.village, 9) as town, bool_or(v.covered) as covered, count(*) as villages,
                      count(*) filter (where v.enterprises = 0) as none,
                      count(*) filter (where v.enterprises = 1) as one,
                      count(*) filter (where v.enterprises > 1) as many,
                      count(*) filter (where v.leaving) as leaving, count(*) filter (where v.coming) as coming,
                      count(*) filter (where v.covered and not v.with_town) as gaps,
                      count(*) filter (where v.with_town and v.enterprises > 1) as overlaps,
                      count(*) filter (where v.earlier > 0) as earlier
               from coverage_village($1, $2, $3) v
               group by left(v.village, 9)
           ),
           ending as materialized (
               select left(p.village, 9) as town, p.pairing, p.enterprise_name, p.public_display, p.form, p.last_day,
                      count(*) as villages
               from coverage_pair($1, $2, $3) p
               where p.leaving
               group by left(p.village, 9), p.pairing, p.enterprise_name, p.public_display, p.form, p.last_day
           )
           select t.code, t.name, c.class as "class?", i.source as "source?", i.as_of as "as_of?",
                  coalesce(n.covered, false) as "covered!", coalesce(n.villages, 0) as "villages!",
                  coalesce(n.none, 0) as "none!", coalesce(n.one, 0) as "one!", coalesce(n.many, 0) as "many!",
                  coalesce(n.leaving, 0) as "leaving!", coalesce(n.coming, 0) as "coming!",
                  coalesce(n.gaps, 0) as "gaps!", coalesce(n.overlaps, 0) as "overlaps!",
                  coalesce(n.earlier, 0) as "earlier!",
                  coalesce((select json_agg(to_json(e) order by e.last_day, e.pairing)
                            from ending e
                            where e.town = t.code), '[]') as "ending!: Json<Vec<Ending>>"
           from place t
           left join counted n on n.town = t.code
           left join town_class c on c.town = t.code
           left join place_import i on i.id = c.import
           where t.level = 'town' and t.code like $1 || '%'
           order by t.code"#,
        place.as_str(),
        field.map(Field::as_str),
        soon
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TownRow::read).collect()
}

/// An agreement with a village.
#[derive(Debug, Clone, Deserialize)]
pub struct Pair {
    pub pairing: Uuid,
    enterprise_name: String,
    public_display: PublicDisplay,
    form: PairingForm,
    fields: Vec<Field>,
    first_day: NaiveDate,
    last_day: NaiveDate,
    counts: bool,
    pub leaving: bool,
}

impl Pair {
    /// As what ends soon, of no village yet.
    pub fn ending(&self) -> Ending {
        Ending {
            enterprise_name: self.enterprise_name.clone(),
            public_display: self.public_display,
            form: self.form,
            villages: 0,
            last_day: self.last_day,
        }
    }
}

/// A village with the agreements that list it.
#[derive(Clone)]
pub struct Village {
    code: PlaceCode,
    name: String,
    enterprises: i64,
    covered: bool,
    pub with_town: bool,
    earlier: i64,
    pub pairs: Vec<Pair>,
}

impl Village {
    fn overlap(&self) -> bool {
        self.with_town && self.enterprises > 1
    }

    fn leaving(&self) -> bool {
        self.pairs.iter().any(|pair| pair.leaving)
    }

    pub fn counts(&self) -> CoverageCounts {
        CoverageCounts {
            villages: 1,
            none: i64::from(self.enterprises == 0),
            one: i64::from(self.enterprises == 1),
            many: i64::from(self.enterprises > 1),
            leaving: i64::from(self.leaving()),
            coming: i64::from(self.pairs.iter().any(|pair| !pair.counts)),
            gaps: i64::from(self.covered && !self.with_town),
            overlaps: i64::from(self.overlap()),
            earlier: i64::from(self.earlier > 0),
            ..CoverageCounts::default()
        }
    }

    pub fn into_api(self) -> VillageCoverage {
        let pairing = |pair: &Pair| VillagePairingShown {
            enterprise: public_name(&pair.enterprise_name, pair.public_display),
            form: pair.form,
            fields: pair.fields.clone(),
            first_day: pair.first_day,
            last_day: pair.last_day,
            coming: !pair.counts,
            leaving: pair.leaving,
        };
        VillageCoverage {
            enterprises: self.enterprises,
            gap: self.covered && !self.with_town,
            overlap: self.overlap(),
            leaving: self.leaving(),
            pairings: self.pairs.iter().map(pairing).collect(),
            earlier: self.earlier,
            code: self.code,
            name: self.name,
        }
    }
}

/// The villages of a town.
pub async fn villages(
    connection: &mut PgConnection,
    town: &PlaceCode,
    field: Option<Field>,
    soon: NaiveDate,
) -> sqlx::Result<Vec<Village>> {
    let rows = sqlx::query!(
        r#"with pairs as (
               select p.village, json_agg(to_json(p) order by p.counts desc, p.first_day, p.pairing) as list
               from coverage_pair($1, $2, $3) p
               group by p.village
           )
           select v.village as "code!", c.name, v.enterprises as "enterprises!", v.covered as "covered!",
                  v.with_town as "with_town!", v.earlier as "earlier!",
                  coalesce(p.list, '[]') as "pairs!: Json<Vec<Pair>>"
           from coverage_village($1, $2, $3) v
           join place c on c.code = v.village
           left join pairs p on p.village = v.village
           order by v.village"#,
        town.as_str(),
        field.map(Field::as_str),
        soon
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Village {
                code: word("place.code", &row.code)?,
                name: short_village_name(&row.name),
                enterprises: row.enterprises,
                covered: row.covered,
                with_town: row.with_town,
                earlier: row.earlier,
                pairs: row.pairs.0,
            })
        })
        .collect()
}
