//! HTML forms without script: a form becomes the same API call that a program would make, then 303; a refused one is
//! the same page with 422, what was typed, the kept pictures, and a sentence by each field.
//!
//! Deliberately absent: rules. What a form can check is what `domain` checks.

mod account;
mod desk;
mod display;
mod joining;
mod members;
mod money;
mod offers;
mod payments;
mod place_imports;
mod prove;
mod read;
mod registration;
mod reports;
mod verification;

use crate::http::identify::SetTokens;
use crate::site::{PageRequest, Site};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use domain::api::files::{FILE_BYTES_MAX, TABLE_BYTES_MAX};
use domain::api::needs::{self, Need, NeedChange, NewNeed, ReturnNeed, Seen};
use domain::api::sessions::{self, Credentials};
use domain::api::{ApiError, ErrorCode};
use domain::need::{BudgetItem, NeedContent, PHOTOS_MAX};
use domain::organisation::OrganisationKind;
use domain::{Fen, NeedId, Problem};
use frontend::{Ask, FormState, Lang};

/// Room for nine pictures and the text.
const UPLOAD_BYTES_MAX: usize = PHOTOS_MAX * FILE_BYTES_MAX + 256 * 1024;
/// Room for a table and the text.
const TABLE_UPLOAD_BYTES_MAX: usize = TABLE_BYTES_MAX + 256 * 1024;

/// Every path that takes a form; the page of the same path shows it.
pub fn routes(site: &Site) -> Router<Site> {
    let with_pictures = Router::new()
        .route("/work/needs/new", page_and(post(need_new)))
        .route("/work/needs/{id}", page_and(post(need_edit)))
        .route("/work/needs/{id}/report", page_and(post(reports::report)))
        .route("/work/payees", page_and(post(payments::payees)))
        .route("/work/spending/{id}", page_and(post(reports::correct)))
        .route("/work/organisation", page_and(post(verification::organisation)))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    let with_tables = Router::new()
        .route("/work/place-imports", page_and(post(place_imports::upload)))
        .layer(DefaultBodyLimit::max(TABLE_UPLOAD_BYTES_MAX));
    Router::new()
        .route("/sign-in", page_and(post(sign_in)))
        .route("/sign-out", post(sign_out))
        .route("/register/enterprise", page_and(post(registration::enterprise)))
        .route("/register/donor", page_and(post(registration::donor)))
        .route("/register/donor/complete", page_and(post(registration::complete_donor)))
        .route("/confirm-email", page_and(post(registration::confirm_email)))
        .route("/forgot-password", page_and(post(registration::forgot_password)))
        .route("/reset-password", page_and(post(registration::reset_password)))
        .route("/work/verifications/{id}", page_and(post(verification::decide)))
        .route("/account/consents", page_and(post(verification::consents)))
        .route("/account", page_and(post(account::account)))
        .route("/account/data", page_and(post(account::close)))
        .route("/account/acting", page_and(post(account::act_for)))
        .route("/join", page_and(post(joining::join)))
        .route("/reset-code", page_and(post(joining::reset)))
        .route("/work/members", page_and(post(members::members)))
        .route("/work/organisations", page_and(post(members::organisations)))
        .route("/work/town", page_and(post(members::area)))
        .route("/work/places", page_and(post(members::area)))
        .route("/needs/{id}", page_and(post(need_step)))
        .route("/offers/{id}", page_and(post(offers::step)))
        .route("/work/offers/new", page_and(post(offers::new)))
        .route("/work/offers/{id}", page_and(post(offers::edit)))
        .route("/work/profile", page_and(post(offers::profile)))
        .route("/recommendations", page_and(post(offers::dismissal)))
        .route("/pledge", page_and(post(money::pledge)))
        .route("/pledges/{id}", page_and(post(payments::pledge_step)))
        .route("/pledges/{id}/display", page_and(post(display::change)))
        .route("/work/spending", page_and(post(reports::decide)))
        .route("/work/approval-rule", page_and(post(payments::approval_rule)))
        .route("/work/disbursements/new", page_and(post(payments::prepare)))
        .route("/work/disbursements/{id}", page_and(post(payments::step)))
        .route("/work/bank-lines/new", page_and(post(money::enter_line)))
        .route("/work/bank-lines/{id}", page_and(post(money::line_step)))
        .route("/notices", page_and(post(desk::notices)))
        .route("/account/notices", page_and(post(desk::preferences)))
        .route("/contact", page_and(post(desk::ask)))
        .route("/contact/{id}", page_and(post(desk::add)))
        .route("/work/enquiries/{id}", page_and(post(desk::answer)))
        .route("/work/audit", page_and(post(desk::export)))
        .route("/work/audit/people/{id}", page_and(post(desk::private)))
        .route("/work/jobs", page_and(post(desk::dead_jobs)))
        .route("/work/place-imports/{id}", page_and(post(place_imports::confirm)))
        .merge(with_pictures)
        .merge(with_tables)
        .layer(from_fn_with_state(site.clone(), prove::first))
}

fn page_and(form: MethodRouter<Site>) -> MethodRouter<Site> {
    let page = async |State(site): State<Site>, request: Request| site.shown(request).await;
    form.merge(get(page))
}

/// A form as it came in.
struct Form {
    page: PageRequest,
    state: FormState,
}

impl Form {
    fn lang(&self) -> Lang {
        self.page.lang
    }

    fn value(&self, name: &str) -> &str {
        self.state.value(name)
    }

    /// The page again, with what is wrong.
    async fn refused(mut self, site: &Site, error: ApiError) -> Response {
        self.state.ask = match error.code {
            ErrorCode::SignInRequired => Some(Ask::SignIn),
            ErrorCode::ProveAgain => Some(Ask::ProveAgain),
            ErrorCode::SecondFactorNeeded => Some(Ask::SecondFactor),
            _ => self.state.ask,
        };
        // What the form layer could not read comes first; the API repeats it less exactly.
        let known: Vec<String> = self.state.problems.iter().map(|problem| problem.field.clone()).collect();
        self.state.problems.extend(error.fields.into_iter().filter(|problem| !known.contains(&problem.field)));
        if error.code != ErrorCode::Invalid && error.code != ErrorCode::SignInRequired {
            self.state.message = Some(error.message);
        }
        site.page(&self.page, Some(self.state)).await
    }

    /// After "this id holds something else": what was typed stays and gets an id of its own, and the page shows what the
    /// old one holds.
    fn begin_anew(&mut self, error: &ApiError) {
        if error.code == ErrorCode::Conflict {
            for (name, _) in self.state.values.iter_mut().filter(|(name, _)| name == "id") {
                "recorded".clone_into(name);
            }
        }
    }

    /// A village's form from somebody else: whoever is signed out is asked to sign in, the others get the page's refusal.
    async fn not_from_a_village(self, site: &Site) -> Response {
        if self.page.caller.me.is_none() {
            return self.refused(site, ApiError::new(ErrorCode::SignInRequired, "请先登录")).await;
        }
        site.page(&self.page, None).await
    }

    fn problem(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.state.problems.push(Problem { field: field.into(), message: message.into() });
    }
}

/// Only a path of ours, never another site's. Browsers drop tabs and line ends wherever they stand in an address, and
/// read a backslash as a slash.
fn own_path(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/work" }
}

async fn sign_in(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let credentials = Credentials {
        account: form.value("account").to_owned(),
        password: form.value("password").to_owned(),
        code: Some(form.value("code").trim().to_owned()).filter(|code| !code.is_empty()),
    };
    let call = sessions::sign_in(&credentials);
    match form.page.in_process(&site).call_with_extensions(call).await {
        Ok((_, mut extensions)) => {
            let mut response = site.see_other(form.lang(), own_path(form.value("next")));
            if let Some(tokens) = extensions.remove::<SetTokens>() {
                response.extensions_mut().insert(tokens);
            }
            response
        }
        Err(error) => form.refused(&site, error).await,
    }
}

async fn sign_out(State(site): State<Site>, request: Request) -> Response {
    let page = PageRequest::of(&request);
    let mut response = site.see_other(page.lang, "/");
    if page.in_process(&site).call(sessions::sign_out()).await.is_ok() {
        response.extensions_mut().insert(SetTokens::Clear);
    }
    response
}

/// The village of the caller, if the caller has one.
fn own_village(form: &Form) -> Option<domain::place::PlaceCode> {
    let me = form.page.caller.me.as_ref()?;
    let village = me.acting().find(|membership| membership.kind == OrganisationKind::Village)?;
    village.place.clone()
}

/// What was typed as a need's content. What cannot be read is a problem and left out.
fn need_content(form: &mut Form) -> Option<NeedContent> {
    let village = own_village(form)?;
    let mut items = Vec::new();
    let typed: Vec<(String, String)> = {
        let (names, amounts) = (form.state.all("item_name"), form.state.all("item_amount"));
        let pairs = names.into_iter().zip(amounts);
        let filled = pairs.filter(|(name, amount)| !name.trim().is_empty() || !amount.trim().is_empty());
        filled.map(|(name, amount)| (name.to_owned(), amount.to_owned())).collect()
    };
    // Empty lines in between close up, on the page too, so that a problem stands by its line.
    form.state.values.retain(|(name, _)| name != "item_name" && name != "item_amount");
    for (n, (name, amount)) in typed.into_iter().enumerate() {
        form.state.set("item_name", name.clone());
        form.state.set("item_amount", amount.clone());
        match Fen::parse_yuan(&amount) {
            Ok(amount_fen) => items.push(BudgetItem { name, amount_fen }),
            Err(error) => form.problem(format!("item_amount_{n}"), error.to_string()),
        }
    }
    let amount_fen = match form.value("amount").trim() {
        "" => None,
        typed => Fen::parse_yuan(typed).map_err(|error| form.problem("amount", error.to_string())).ok(),
    };
    let wanted_by = match form.value("wanted_by").trim() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("wanted_by", "日期应写成 2026-12-31 的样子")).ok(),
    };
    let quantity: String = form.value("outcome_quantity").trim().chars().map(domain::money::to_half_width).collect();
    let outcome_quantity = match quantity.as_str() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("outcome_quantity", "数量应是大于 0 的整数")).ok(),
    };
    Some(NeedContent {
        village,
        field: form.value("field").parse().ok(),
        title: form.value("title").trim().to_owned(),
        description: form.value("description").trim().replace("\r\n", "\n"),
        items,
        amount_fen,
        wanted_by,
        outcome: form.value("outcome").trim().to_owned(),
        outcome_quantity,
        outcome_unit: form.value("outcome_unit").trim().to_owned(),
        photos: form.state.photos.iter().map(|photo| photo.id).collect(),
    })
}

async fn need_new(State(site): State<Site>, request: Request) -> Response {
    save_need(site, request, None).await
}

async fn need_edit(
    State(site): State<Site>,
    axum::extract::Path(id): axum::extract::Path<String>,
    request: Request,
) -> Response {
    save_need(site, request, id.parse().ok()).await
}

async fn save_need(site: Site, request: Request, id: Option<NeedId>) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Some(content) = need_content(&mut form) else { return form.not_from_a_village(&site).await };
    let action = form.value("action").to_owned();
    if action == "more" {
        return more_items(&site, form).await;
    }
    if !form.state.problems.is_empty() {
        let also = content.check_complete(site.app.clock.today()).into_vec();
        let fields = if action == "submit" { also } else { Vec::new() };
        return form.refused(&site, invalid(fields)).await;
    }
    if action == "submit"
        && let Err(fields) = content.check_complete(site.app.clock.today()).none_or_err()
    {
        return form.refused(&site, invalid(fields)).await;
    }
    let saved = match id {
        Some(id) => {
            let version = form.value("version").parse().unwrap_or_default();
            form.page.in_process(&site).call(needs::update(id, &NeedChange { version, content })).await
        }
        None => match form.value("id").parse() {
            Ok(id) => form.page.in_process(&site).call(needs::create(&NewNeed { id, content })).await,
            Err(_) => Err(ApiError::new(ErrorCode::BadRequest, "请重新打开这个页面再填写")),
        },
    };
    let saved: Need = match saved {
        Ok(saved) => saved,
        Err(error) => {
            form.begin_anew(&error);
            return form.refused(&site, error).await;
        }
    };
    if action != "submit" {
        return site.see_other(form.lang(), &format!("/needs/{}?done=saved", saved.id));
    }
    match form.page.in_process(&site).call(needs::submit(saved.id, Seen { version: saved.version })).await {
        Ok(need) => site.see_other(form.lang(), &format!("/needs/{}?done=submitted", need.id)),
        // The draft is saved; the next try changes that draft.
        Err(error) => {
            form.page.uri = format!("/work/needs/{}", saved.id).parse().unwrap_or_default();
            form.state.values.retain(|(name, _)| name != "version" && name != "id");
            form.state.set("version", saved.version.to_string());
            form.refused(&site, error).await
        }
    }
}

fn invalid(fields: Vec<Problem>) -> ApiError {
    ApiError { fields, ..ApiError::new(ErrorCode::Invalid, "有几处需要改一改") }
}

/// The same page with more empty budget lines: nothing is checked and nothing saved.
async fn more_items(site: &Site, mut form: Form) -> Response {
    form.state.problems.clear();
    for _ in 0..3 {
        form.state.set("item_name", "");
        form.state.set("item_amount", "");
    }
    form.state.set("unchecked", "1");
    site.page(&form.page, Some(form.state)).await
}

/// Submit, approve or return, on the need's own page.
async fn need_step(
    State(site): State<Site>,
    axum::extract::Path(id): axum::extract::Path<String>,
    request: Request,
) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let version = form.value("version").parse().unwrap_or_default();
    // The page may be open by the need's code; decisions go by its id.
    let id = match inner.call(needs::get(&id)).await {
        Ok(need) => need.id,
        Err(error) => return form.refused(&site, error).await,
    };
    let (result, done) = match form.value("action") {
        "submit" => (inner.call(needs::submit(id, Seen { version })).await, "submitted"),
        "approve" => (inner.call(needs::approve(id, Seen { version })).await, "approved"),
        "return" => {
            let reason = form.value("reason").to_owned();
            (inner.call(needs::return_(id, &ReturnNeed { version, reason })).await, "returned")
        }
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(need) => site.see_other(form.lang(), &format!("/needs/{}?done={done}", need.id)),
        Err(error) => form.refused(&site, error).await,
    }
}
