//! Proposing another text for a need that is public: the form of the need, with the reason, filled with what is public or
//! with the proposal that is under way.

use super::need_form::{Wording, differences, filled, own_village, too_late, view};
use super::revision::under_way;
use crate::parts::recorded;
use crate::visit::{FormState, Page, Visit};
use crate::words::text;
use domain::api::need_versions::NeedRevision;
use domain::api::needs::{self, Need};
use domain::api::{ApiError, ErrorCode};

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let village = own_village(visit)?;
    let need = visit.call(needs::get(id)).await?;
    let revision = under_way(visit, need.id).await?;
    let now = stored(&need, revision.as_ref());
    let wording = Wording { heading: t!("修改公开的需求"), revises: true };
    let Some(typed) = &visit.form else {
        if !need.may.revise {
            return Err(ApiError::new(ErrorCode::NotFound, "这条需求现在不能修改"));
        }
        return Ok(Page::new(wording.heading, view(visit, (&now, None), &village, wording)));
    };
    if !need.may.revise {
        let state = revision.map_or(need.status.label(), |revision| revision.status.label());
        return Ok(Page::new(wording.heading, too_late((&need, text(state)), typed, wording.heading)));
    }
    let mut form = typed.clone();
    // Whoever saves again has seen what a colleague saved meanwhile: it stands beside what was typed.
    let meanwhile = (form.value("version") != now.value("version")).then(|| {
        form.replace("version", now.value("version").to_owned());
        recorded::meanwhile(differences(&now, &form))
    });
    Ok(Page::new(wording.heading, view(visit, (&form, meanwhile), &village, wording)))
}

/// What the form begins with.
fn stored(need: &Need, revision: Option<&NeedRevision>) -> FormState {
    match revision {
        Some(revision) => {
            let mut form = filled(&revision.content, &revision.photos, revision.version);
            form.set("why", revision.why.clone());
            form
        }
        // None is under way yet.
        None => filled(&need.content, &need.photos, 0),
    }
}
