//! HTML forms without script: a form becomes the same API call that a program would make, then 303; a refused one is
//! the same page with 422, what was typed, the kept pictures, and a sentence by each field.
//!
//! Deliberately absent: rules. What a form can check is what `domain` checks.

mod account;
mod agreements;
mod allocations;
mod bank_accounts;
mod bank_statements;
mod campaigns;
mod commitments;
mod deductions;
mod designations;
mod desk;
mod display;
mod earlier_pairings;
mod fundraising;
mod gift_claims;
mod gift_requests;
mod goods_gifts;
mod joining;
mod members;
mod money;
mod month_ends;
mod need_imports;
mod needs;
mod offers;
mod on_behalf;
mod outgoings;
mod pairings;
mod payments;
mod place_imports;
mod prove;
mod read;
mod rebookings;
mod registration;
mod reports;
mod returns;
mod reversals;
mod revisions;
mod rounds;
mod saved_searches;
mod surpluses;
mod verification;

use crate::http::identify::SetTokens;
use crate::site::{PageRequest, Site};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use domain::Problem;
use domain::api::files::{FILE_BYTES_MAX, TABLE_BYTES_MAX};
use domain::api::sessions::{self, Credentials};
use domain::api::{ApiError, ErrorCode};
use domain::need::{PHOTOS_MAX, QUOTES_MAX};
use domain::organisation::OrganisationKind;
use frontend::{Ask, FormState, Lang};

/// Room for a need's pictures and the text.
const UPLOAD_BYTES_MAX: usize = (PHOTOS_MAX + QUOTES_MAX) * FILE_BYTES_MAX + 256 * 1024;
/// Room for a table and the text.
const TABLE_UPLOAD_BYTES_MAX: usize = TABLE_BYTES_MAX + 256 * 1024;

/// Every path that takes a form; the page of the same path shows it.
pub fn routes(site: &Site) -> Router<Site> {
    let with_pictures = Router::new()
        .route("/work/needs/new", page_and(post(needs::new)))
        .route("/work/needs/{id}", page_and(post(needs::edit)))
        .route("/work/needs/{id}/revision", page_and(post(revisions::save)))
        .route("/work/needs/{id}/report", page_and(post(reports::report)))
        .route("/work/payees", page_and(post(payments::payees)))
        .route("/work/spending/{id}", page_and(post(reports::correct)))
        .route("/work/organisation", page_and(post(verification::organisation)))
        .route("/commitments/{id}", page_and(post(commitments::step)))
        .route("/pairings/{id}", page_and(post(pairings::step)))
        .route("/agreements/{id}", page_and(post(agreements::step)))
        .route("/on-behalf/new", page_and(post(on_behalf::note)))
        .route("/gift-claims/new", page_and(post(gift_claims::ask)))
        .route("/pledges/{id}/requests", page_and(post(gift_requests::ask)))
        .route("/goods-gifts/new", page_and(post(goods_gifts::new)))
        .route("/goods-gifts/{id}", page_and(post(goods_gifts::step)))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    let with_tables = Router::new()
        .route("/work/place-imports", page_and(post(place_imports::upload)))
        .route("/needs/import", page_and(post(need_imports::upload)))
        .route("/work/earlier-pairings", page_and(post(earlier_pairings::upload)))
        .route("/work/bank-statements", page_and(post(bank_statements::upload)))
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
        .route("/work/charity-books", page_and(post(account::choose_books)))
        .route("/join", page_and(post(joining::join)))
        .route("/reset-code", page_and(post(joining::reset)))
        .route("/work/members", page_and(post(members::members)))
        .route("/work/organisations", page_and(post(members::organisations)))
        .route("/work/town", page_and(post(members::area)))
        .route("/work/places", page_and(post(members::area)))
        .route("/needs/{id}", page_and(post(needs::step)))
        .route("/needs/{id}/revision", page_and(post(revisions::step)))
        .route("/needs/imports/{id}", page_and(post(need_imports::step)))
        .route("/offers/{id}", page_and(post(offers::step)))
        .route("/work/offers/new", page_and(post(offers::new)))
        .route("/work/offers/{id}", page_and(post(offers::edit)))
        .route("/work/profile", page_and(post(offers::profile)))
        .route("/recommendations", page_and(post(offers::dismissal)))
        .route("/commitments/new", page_and(post(commitments::new)))
        .route("/pairings/new", page_and(post(pairings::propose)))
        .route("/pairings/{id}/terms", page_and(post(pairings::counter)))
        .route("/pairings/{id}/renew", page_and(post(pairings::renew)))
        .route("/work/campaigns/new", page_and(post(campaigns::new)))
        .route("/work/campaigns/{id}", page_and(post(campaigns::step)))
        .route("/work/campaigns/{id}/edit", page_and(post(campaigns::edit)))
        .route("/work/campaigns/{id}/charity", page_and(post(campaigns::charity)))
        .route("/work/campaigns/{id}/partner", page_and(post(campaigns::partner)))
        .route("/work/campaigns/{id}/stage", page_and(post(campaigns::stage)))
        .route("/work/campaigns/{id}/needs", page_and(post(campaigns::needs)))
        .route("/work/campaigns/{id}/giving", page_and(post(fundraising::open)))
        .route("/work/giving-sites", page_and(post(fundraising::sites)))
        .route("/work/campaigns/{id}/rehearsal", page_and(post(campaigns::rehearsal)))
        .route("/rounds/new", page_and(post(rounds::start)))
        .route("/rounds/{id}", page_and(post(rounds::step)))
        .route("/rounds/{id}/edit", page_and(post(rounds::change)))
        .route("/rounds/{id}/plan", page_and(post(rounds::of_plan)))
        .route("/rounds/{id}/send", page_and(post(rounds::send)))
        .route("/work/spending", page_and(post(reports::decide)))
        .route("/work/approval-rule", page_and(post(payments::approval_rule)))
        .route("/work/disbursements/new", page_and(post(payments::prepare)))
        .route("/work/disbursements/{id}", page_and(post(payments::step)))
        .route("/saved-searches", page_and(post(saved_searches::searches)))
        .route("/saved-searches/stop", page_and(post(saved_searches::stop)))
        .route("/notices", page_and(post(desk::notices)))
        .route("/account/notices", page_and(post(desk::preferences)))
        .route("/contact", page_and(post(desk::ask)))
        .route("/contact/{id}", page_and(post(desk::add)))
        .route("/work/enquiries/{id}", page_and(post(desk::answer)))
        .route("/work/audit", page_and(post(desk::export)))
        .route("/work/audit/people/{id}", page_and(post(desk::private)))
        .route("/work/jobs", page_and(post(desk::dead_jobs)))
        .route("/work/place-imports/{id}", page_and(post(place_imports::confirm)))
        .route("/work/earlier-pairings/own", page_and(post(earlier_pairings::display)))
        .route("/work/earlier-pairings/tables/{id}", page_and(post(earlier_pairings::import)))
        .route("/work/earlier-pairings/imports/{id}", page_and(post(earlier_pairings::withdraw)))
        .merge(giving())
        .merge(bank_desk())
        .merge(with_pictures)
        .merge(with_tables)
        .layer(from_fn_with_state(site.clone(), prove::first))
}

/// Pledges, and what is agreed, asked and decided about them and their money.
fn giving() -> Router<Site> {
    Router::new()
        .route("/pledge", page_and(post(money::pledge)))
        .route("/pledges/{id}", page_and(post(payments::pledge_step)))
        .route("/deductions", page_and(post(deductions::estimate)))
        .route("/directed-balance", page_and(post(allocations::balance)))
        .route("/work/allocations", page_and(post(allocations::desk)))
        .route("/purpose-changes/new", page_and(post(allocations::new_change)))
        .route("/purpose-changes/{id}", page_and(post(allocations::change_step)))
        .route("/gift-requests/{id}", page_and(post(gift_requests::step)))
        .route("/on-behalf/{id}", page_and(post(on_behalf::step)))
        .route("/gift-claims/{id}", page_and(post(gift_claims::step)))
        .route("/agreements/new", page_and(post(agreements::ask)))
        .route("/pledges/{id}/display", page_and(post(display::change)))
}

/// What a charity does with its bank: lines, statements, accounts, money out, returns, months.
fn bank_desk() -> Router<Site> {
    Router::new()
        .route("/work/bank-lines", page_and(post(bank_statements::many)))
        .route("/work/month-ends", page_and(post(month_ends::step)))
        .route("/work/outgoings", page_and(post(outgoings::step)))
        .route("/work/surpluses/new", page_and(post(surpluses::declare)))
        .route("/work/surpluses/{id}", page_and(post(surpluses::step)))
        .route("/work/returns/new", page_and(post(returns::prepare)))
        .route("/work/returns/{id}", page_and(post(returns::step)))
        .route("/work/reversals/{kind}/{id}", page_and(post(reversals::step)))
        .route("/work/bank-accounts", page_and(post(bank_accounts::step)))
        .route("/work/bank-lines/new", page_and(post(money::enter_line)))
        .route("/work/bank-statements/{id}", page_and(post(bank_statements::step)))
        .route("/work/bank-lines/{id}", page_and(post(money::line_step)))
        .route("/work/bank-lines/{id}/rebook", page_and(post(rebookings::propose)))
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

    /// The same page as the next step of the form.
    async fn next_step(mut self, site: &Site) -> Response {
        self.state.fine = true;
        site.page(&self.page, Some(self.state)).await
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

fn invalid(fields: Vec<Problem>) -> ApiError {
    ApiError { fields, ..ApiError::new(ErrorCode::Invalid, "有几处需要改一改") }
}
