//! Needs that may be the same need, written twice: what its author and whoever reviews it are told. It blocks nothing.
//!
//! Compared are the needs of one town, which are some hundreds at most. Nobody is told of a need that he may not read.

mod sql;

use super::{Viewer, stored};
use crate::app::App;
use crate::error::{Error, Result};
use chrono::{DateTime, Months, Utc};
use domain::api::need_versions::SimilarNeed;
use domain::api::{Count, List};
use domain::need::similar::{self, Subject};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::{NeedId, OrganisationId};
use sqlx::PgConnection;

/// Needs that are compared, newest first.
const COMPARED: i64 = 500;
/// Needs that are told.
const TOLD: usize = 5;
/// For how long an ended need is told.
const ENDED: Months = Months::new(24);

/// Which needs somebody may read that are not public: those of a village, and those that were handed to whoever reviews
/// for a place.
pub struct Reader<'a> {
    pub village: Option<OrganisationId>,
    pub desk: Option<&'a PlaceCode>,
}

impl<'a> From<&'a Acting> for Reader<'a> {
    fn from(acting: &'a Acting) -> Self {
        let village = super::Village::ROLES.contains(&acting.role);
        let desk = super::Reviewer::ROLES.contains(&acting.role);
        Reader { village: village.then_some(acting.organisation), desk: acting.place.as_ref().filter(|_| desk) }
    }
}

/// Needs that may be the same as one that the caller works on, most alike first.
pub async fn list(app: &App, viewer: &Viewer, id: NeedId) -> Result<List<SimilarNeed>> {
    let mut tx = app.snapshot().await?;
    let (row, insider) = stored(&mut tx, viewer, &id.to_string()).await?;
    if !insider {
        return Err(Error::NotFound);
    }
    // An auditor reads what everybody reads.
    let reader = viewer.acting_on(&row).map_or(Reader { village: None, desk: None }, Reader::from);
    let content = &row.content;
    let subject = Subject { village: &content.village, field: content.field, title: &content.title };
    let items = to(app, &mut tx, &reader, subject, Some(id), app.clock.now()).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Needs that `reader` may read and that may be the same as `subject`, which need not be stored yet.
pub async fn to(
    app: &App,
    tx: &mut PgConnection,
    reader: &Reader<'_>,
    subject: Subject<'_>,
    itself: Option<NeedId>,
    now: DateTime<Utc>,
) -> Result<Vec<SimilarNeed>> {
    let town = subject.village.parent().unwrap_or_else(|| subject.village.clone());
    let ended_since = now.checked_sub_months(ENDED).unwrap_or(now);
    let rows = sql::of_town(tx, &town, itself, reader, ended_since, COMPARED).await?;
    let mut found: Vec<SimilarNeed> = rows
        .into_iter()
        .filter_map(|row| {
            let need = row.into_api(&app.places);
            let other = Subject { village: &need.place.code, field: need.field, title: &need.title };
            let similarity = similar::compare(subject, other)?;
            Some(SimilarNeed { need, similarity })
        })
        .collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.similarity.weight()));
    found.truncate(TOLD);
    Ok(found)
}
