//! The forms of members, invitations, organisations and of an area: what is final is read back first.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::invitations::{self, NewInvitation, Sheet};
use domain::api::members::{self, ChangeMember, SecondRole};
use domain::api::organisations::{self, FoundOrganisation};
use domain::api::resets::{self, NewReset};
use domain::api::{ApiError, ErrorCode, texts};
use domain::membership::InvitationWay;
use domain::organisation::Role;
use domain::place::PlaceCode;
use domain::{InvitationId, OrganisationId, PersonId, ResetId, TextId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// What a form of an organisation's people led to.
enum Next {
    /// To this page.
    Go(String),
    /// The same page as the next step: reading back, or a sheet that is shown once.
    Step,
}

impl Form {
    /// The words that name roles; others are left out.
    fn roles(&self, name: &str) -> Vec<Role> {
        self.state.all(name).into_iter().filter_map(|role| role.parse().ok()).collect()
    }

    /// Whether what is final has been read back; if not, the page asks.
    fn is_confirmed(&mut self) -> bool {
        let confirmed = self.value("confirmed") == "1";
        self.state.values.retain(|(name, _)| name != "step");
        if !confirmed {
            self.state.set("step", "confirm");
        }
        confirmed
    }

    /// A sheet is shown by the answer that made it, and never again.
    fn show(&mut self, sheet: Sheet) {
        self.state.set("sheet_code", sheet.code);
        self.state.set("sheet_address", sheet.address);
        self.state.set("sheet_until", sheet.expires_at.to_rfc3339());
        self.state.picture = Some(sheet.qr);
    }

    async fn onwards(mut self, site: &Site, result: Result<Next, ApiError>) -> Response {
        match result {
            Ok(Next::Go(path)) => site.see_other(self.lang(), &path),
            Ok(Next::Step) => self.next_step(site).await,
            Err(error) => {
                self.state.values.retain(|(name, _)| name != "step");
                if self.value("action") == "invite" {
                    self.begin_anew(&error);
                }
                self.refused(site, error).await
            }
        }
    }
}

/// The people of an organisation: roles, invitations, and what waits to be passed on.
pub async fn members(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = form.value("organisation").parse::<OrganisationId>() else {
        return form.refused(&site, use_the_buttons()).await;
    };
    let action = form.value("action").to_owned();
    let result = match action.as_str() {
        "change" => change(&site, &mut form, id).await,
        "second" | "refuse" => second(&site, &form, id, action == "second").await,
        "invite" => invite(&site, &mut form, id).await,
        "revoke" => revoke(&site, &form, id).await,
        "set_parent" => set_parent(&site, &form, id).await,
        "passed_on" => passed_on(&site, &form).await.map(|()| back(id, "passed_on")),
        _ => Err(use_the_buttons()),
    };
    form.onwards(&site, result).await
}

fn back(id: OrganisationId, done: &str) -> Next {
    Next::Go(format!("/work/members?organisation={id}&done={done}"))
}

async fn change(site: &Site, form: &mut Form, id: OrganisationId) -> Result<Next, ApiError> {
    let person = form.value("person").parse::<PersonId>().map_err(|_| use_the_buttons())?;
    let asked = ChangeMember { seen: form.roles("seen"), roles: form.roles("roles") };
    if !form.is_confirmed() {
        return Ok(Next::Step);
    }
    form.page.in_process(site).call(members::change(id, person, &asked)).await?;
    let left = form.page.caller.me.as_ref().is_some_and(|me| me.id == person) && asked.roles.is_empty();
    Ok(if left { Next::Go("/account".into()) } else { back(id, "changed") })
}

async fn second(site: &Site, form: &Form, id: OrganisationId, agrees: bool) -> Result<Next, ApiError> {
    let (person, role) = (form.value("person").parse::<PersonId>(), form.value("role").parse::<Role>());
    let (Ok(person), Ok(role)) = (person, role) else { return Err(use_the_buttons()) };
    form.page.in_process(site).call(members::second(id, person, &SecondRole { role, agrees })).await?;
    Ok(back(id, if agrees { "seconded" } else { "refused" }))
}

async fn invite(site: &Site, form: &mut Form, id: OrganisationId) -> Result<Next, ApiError> {
    let (role, way) = (form.value("role").parse(), form.value("way").parse());
    if role.is_err() {
        form.problem("role", "请选择岗位");
    }
    if way.is_err() {
        form.problem("way", "请选择怎样把邀请交给他");
    }
    let typed = |form: &Form, name: &str| Some(form.value(name).trim().to_owned()).filter(|text| !text.is_empty());
    let new_id = form.value("id").parse::<InvitationId>();
    let (Ok(new_id), Ok(role), Ok(way)) = (new_id, role, way) else { return Err(invalid(Vec::new())) };
    let name = form.value("name").trim().to_owned();
    let (email, phone) = (typed(form, "email"), typed(form, "phone"));
    // The field is there for one way only; what stands in it for another is left out.
    let person = form.value("person").parse().ok().filter(|_| way == InvitationWay::Parent);
    let new = NewInvitation { id: new_id, role, way, name, email, phone, person };
    let made = form.page.in_process(site).call(invitations::invite(id, &new)).await?;
    match made.sheet {
        Some(sheet) => {
            form.show(sheet);
            Ok(Next::Step)
        }
        None => Ok(back(id, "invited")),
    }
}

async fn revoke(site: &Site, form: &Form, id: OrganisationId) -> Result<Next, ApiError> {
    let invitation = form.value("invitation").parse::<InvitationId>().map_err(|_| use_the_buttons())?;
    form.page.in_process(site).call(invitations::revoke(id, invitation)).await?;
    Ok(back(id, "revoked"))
}

async fn set_parent(site: &Site, form: &Form, id: OrganisationId) -> Result<Next, ApiError> {
    let chosen = Some(form.value("parent")).filter(|parent| !parent.is_empty());
    let parent = chosen.map(str::parse::<OrganisationId>).transpose().map_err(|_| use_the_buttons())?;
    form.page.in_process(site).call(members::set_parent(id, parent)).await?;
    Ok(back(id, "parent"))
}

async fn passed_on(site: &Site, form: &Form) -> Result<(), ApiError> {
    let text = form.value("text").parse::<TextId>().map_err(|_| use_the_buttons())?;
    form.page.in_process(site).call(texts::passed_on(text)).await.map(|_| ())
}

/// The administrator opens an organisation and goes on to invite its first owner.
pub async fn organisations(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let result = found(&site, &mut form).await;
    form.onwards(&site, result).await
}

async fn found(site: &Site, form: &mut Form) -> Result<Next, ApiError> {
    let kind = form.value("new_kind").parse();
    if kind.is_err() {
        form.problem("new_kind", "请选择单位类别");
    }
    let typed: String = form.value("new_place").trim().chars().map(domain::money::to_half_width).collect();
    let place = if typed.is_empty() { Ok(None) } else { typed.parse::<PlaceCode>().map(Some) };
    if let Err(error) = &place {
        form.problem("new_place", error.to_string());
    }
    let id = form.value("id").parse::<OrganisationId>();
    let (Ok(id), Ok(kind), Ok(place)) = (id, kind, place) else { return Err(invalid(Vec::new())) };
    let new = FoundOrganisation { id, kind, name: form.value("name").trim().to_owned(), place };
    let made = form.page.in_process(site).call(organisations::found(&new)).await.map_err(as_in_the_form)?;
    Ok(back(made.id, "opened"))
}

/// The page's filter has fields of the API's names already.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in error.fields.iter_mut().filter(|problem| ["kind", "place"].contains(&problem.field.as_str())) {
        problem.field = format!("new_{}", problem.field);
    }
    error
}

/// An area: new passwords for people of its villages, and what waits to be passed on.
pub async fn area(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let path = form.page.uri.path().to_owned();
    let action = form.value("action").to_owned();
    let result = match action.as_str() {
        "ask" => ask(&site, &mut form, &path).await,
        "approve" => approve(&site, &mut form).await,
        "refuse" => refuse(&site, &form, &path).await,
        "passed_on" => passed_on(&site, &form).await.map(|()| Next::Go(format!("{path}?done=passed_on"))),
        _ => Err(use_the_buttons()),
    };
    form.onwards(&site, result).await
}

async fn ask(site: &Site, form: &mut Form, path: &str) -> Result<Next, ApiError> {
    let (id, person) = (form.value("id").parse::<ResetId>(), form.value("person").parse::<PersonId>());
    let (Ok(id), Ok(person)) = (id, person) else { return Err(use_the_buttons()) };
    if !form.is_confirmed() {
        return Ok(Next::Step);
    }
    form.page.in_process(site).call(resets::ask(&NewReset { id, person })).await?;
    Ok(Next::Go(format!("{path}?done=asked")))
}

async fn approve(site: &Site, form: &mut Form) -> Result<Next, ApiError> {
    let id = form.value("reset").parse::<ResetId>().map_err(|_| use_the_buttons())?;
    if form.is_confirmed() {
        let approved = form.page.in_process(site).call(resets::approve(id)).await?;
        form.state.set("sheet_name", approved.reset.person_name);
        form.show(approved.sheet);
    }
    Ok(Next::Step)
}

async fn refuse(site: &Site, form: &Form, path: &str) -> Result<Next, ApiError> {
    let id = form.value("reset").parse::<ResetId>().map_err(|_| use_the_buttons())?;
    form.page.in_process(site).call(resets::refuse(id)).await?;
    Ok(Next::Go(format!("{path}?done=refused")))
}
