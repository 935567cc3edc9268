//! Which path shows which page, and the frame around all of them.

mod about;
mod about_ledger;
mod about_matching;
mod account;
mod accounting;
mod agreements;
mod area;
mod audit;
mod bank_accounts;
mod bank_line_list;
mod bank_lines;
mod bank_statements;
mod campaign_about;
mod campaign_form;
mod campaign_giving;
mod campaign_needs;
mod campaign_office;
mod campaigns;
mod charity_books;
mod commitment_form;
mod commitments;
mod consents;
mod contact;
mod correction;
mod coverage;
mod deductions;
mod disbursements;
mod dues;
mod earlier_pairings;
mod enquiries;
mod error;
mod figures;
mod funds;
mod gift;
mod gift_claims;
mod gift_requests;
mod giving_sites;
mod goods_gift_form;
mod goods_gift_rests;
mod goods_gift_steps;
mod goods_gifts;
mod help;
mod home;
mod jobs;
mod join;
mod ledger;
mod line_back;
mod links;
mod members;
mod month_ends;
mod need;
mod need_form;
mod need_imports;
mod need_versions;
mod needs;
mod notices;
mod offer_form;
mod offers;
mod on_behalf;
mod organisation;
mod organisations;
mod outgoings;
mod own_data;
mod pairing;
mod pairing_form;
mod pairing_plan;
mod pairings;
mod parent_unit;
mod payees;
mod place;
mod place_imports;
mod pledge;
mod pledge_beside;
mod pledge_display;
mod pledge_form;
mod profile;
mod prove;
mod purpose_changes;
mod rebooking;
mod recommendations;
mod register_donor;
mod register_enterprise;
mod rehearsal;
mod report_form;
mod returns;
mod reversal;
mod revision;
mod revision_form;
mod round;
mod round_form;
mod round_plan;
mod round_rules;
mod round_send;
mod saved_searches;
mod sheet;
mod sign_in;
mod spending;
mod surplus_of_need;
mod surpluses;
mod unmatched;
mod verifications;
mod work;
mod work_ways;

use crate::parts::frame;
use crate::visit::{Page, Rendered, Visit};
use domain::api::{ApiError, ErrorCode};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use std::sync::Arc;

/// Renders the page that a visit asks for. Never fails: an error is a page too.
pub async fn render(visit: Visit) -> Rendered {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let (page, sign_in) = owner
        .with(|| {
            provide_context(visit.lang);
            ScopedFuture::new(page(&visit))
        })
        .await;
    let (status, public, moved) = (page.status, page.public, page.moved.clone());
    let html = owner.with(|| frame::document(&visit, page).to_html());
    owner.unset_with_forced_cleanup();
    Rendered { status, public, html: format!("<!DOCTYPE html>{html}"), sign_in, moved }
}

/// The page, and whether signing in would have shown another.
async fn page(visit: &Visit) -> (Page, bool) {
    let page = match route(visit).await {
        Err(error) if error.code == ErrorCode::ChooseCharity => charity_books::page(visit).await,
        page => page,
    };
    match page {
        Ok(page) => (page, false),
        Err(error) => {
            let sign_in = error.code == ErrorCode::SignInRequired;
            (error::page(visit, &error), sign_in)
        }
    }
}

/// The whole site on one screen.
async fn route(visit: &Visit) -> Result<Page, ApiError> {
    if let Some((form, ask)) = visit.form.as_ref().and_then(|form| Some((form, form.ask?))) {
        return Ok(prove::page(visit, form, ask));
    }
    let segments: Vec<&str> = visit.path.split('/').filter(|segment| !segment.is_empty()).collect();
    if consents::asks_first(visit, &segments) {
        return Ok(consents::ask(visit));
    }
    match segments.as_slice() {
        [] => home::page(visit).await,
        ["needs"] => needs::page(visit).await,
        ["needs", "import"] => need_imports::page(visit).await,
        ["needs", "imports", id] => need_imports::one(visit, id).await,
        ["needs", id] => need::page(visit, id).await,
        ["needs", id, "versions"] => need_versions::page(visit, id).await,
        ["needs", id, "revision"] => revision::page(visit, id).await,
        ["offers"] => offers::page(visit).await,
        ["offers", id] => offers::one(visit, id).await,
        ["recommendations"] => recommendations::page(visit).await,
        ["counties", code] => place::county(visit, code).await,
        ["towns", code] => place::town(visit, code).await,
        ["villages", code] => place::village(visit, code).await,
        ["coverage"] => coverage::city(visit).await,
        ["coverage", code] => coverage::place(visit, code).await,
        ["campaigns"] => campaigns::page(visit).await,
        ["campaigns", id] => campaigns::one(visit, id).await,
        ["campaigns", code, "give", id] => campaign_giving::give(visit, code, id).await,
        ["pledge"] => pledge_form::page(visit).await,
        ["pledges", id] => pledge::one(visit, id).await,
        ["pledges", id, "display"] => pledge_display::page(visit, id).await,
        ["pledges", id, "requests"] => gift_requests::new(visit, id).await,
        ["gift-requests"] => gift_requests::page(visit).await,
        ["gift-requests", id] => gift_requests::one(visit, id).await,
        ["goods-gifts"] => goods_gifts::page(visit).await,
        ["goods-gifts", "new"] => goods_gift_form::page(visit).await,
        ["goods-gifts", id] => goods_gifts::one(visit, id).await,
        ["on-behalf"] => on_behalf::page(visit).await,
        ["on-behalf", "new"] => on_behalf::new(visit).await,
        ["on-behalf", id] => on_behalf::one(visit, id).await,
        ["gift-claims"] => gift_claims::page(visit).await,
        ["gift-claims", "new"] => gift_claims::new(visit).await,
        ["gift-claims", id] => gift_claims::one(visit, id).await,
        ["agreements"] => agreements::page(visit).await,
        ["agreements", "new"] => agreements::new(visit).await,
        ["agreements", id] => agreements::one(visit, id).await,
        ["deductions"] => deductions::page(visit).await,
        ["commitments"] => commitments::page(visit).await,
        ["commitments", "due"] => dues::page(visit).await,
        ["commitments", "new"] => commitment_form::page(visit).await,
        ["commitments", id] => commitments::one(visit, id).await,
        ["pairings"] => pairings::page(visit).await,
        ["pairings", "new"] => pairing_form::propose(visit).await,
        ["pairings", id] => pairing::page(visit, id).await,
        ["pairings", id, "terms"] => pairing_form::counter(visit, id).await,
        ["pairings", id, "renew"] => pairing_form::renew(visit, id).await,
        ["rounds"] => round::list(visit).await,
        ["rounds", "new"] => round_form::new(visit).await,
        ["rounds", id] => round::page(visit, id).await,
        ["rounds", id, "edit"] => round_form::edit(visit, id).await,
        ["rounds", id, "plan"] => round_plan::page(visit, id).await,
        ["rounds", id, "send"] => round_send::page(visit, id).await,
        [kind, id, "money", number] => figures::page(visit, kind, id, number).await,
        [kind @ ("enterprises" | "fields"), id] => figures::page(visit, kind, id, "pledged").await,
        ["gifts", id] => gift::page(visit, id).await,
        ["spending", id] => gift::sources(visit, id).await,
        ["ledger", account] => ledger::statement(visit, account).await,
        ["my-gifts"] => pledge::own(visit).await,
        ["directed-balance"] => funds::balance(visit).await,
        ["purpose-changes"] => purpose_changes::page(visit).await,
        ["purpose-changes", "new"] => purpose_changes::new(visit).await,
        ["purpose-changes", id] => purpose_changes::one(visit, id).await,
        ["work", rest @ ..] => work(visit, rest).await,
        ["account", "consents"] => consents::page(visit).await,
        ["join"] => join::page(visit).await,
        ["reset-code"] => Ok(join::reset_code(visit)),
        ["saved-searches"] => saved_searches::page(visit).await,
        ["saved-searches", "stop"] => Ok(saved_searches::stop(visit)),
        ["notices"] => notices::page(visit).await,
        ["account", "data"] => own_data::page(visit).await,
        ["account"] => account::page(visit).await,
        ["account", "notices"] => notices::preferences(visit).await,
        ["contact"] => contact::page(visit).await,
        ["contact", id] => contact::one(visit, id).await,
        ["help"] => Ok(help::page()),
        ["help", role] => help::one(visit, role),
        ["sign-in"] => Ok(sign_in::page(visit)),
        ["register", "enterprise"] => register_enterprise::page(visit).await,
        ["register", "donor"] => Ok(register_donor::page(visit)),
        ["register", "donor", "complete"] => register_donor::complete(visit).await,
        ["confirm-email"] => links::confirm_email(visit).await,
        ["forgot-password"] => Ok(links::forgot_password(visit)),
        ["reset-password"] => links::reset_password(visit).await,
        ["about"] => Ok(about::page(visit)),
        ["about", "ledger"] => Ok(about_ledger::page()),
        ["about", "recommendations"] => Ok(about_matching::page()),
        ["privacy"] => Ok(about::privacy()),
        ["terms"] => Ok(about::terms()),
        _ => Err(ApiError::new(ErrorCode::NotFound, "没有找到")),
    }
}

/// What people do for their organisations.
async fn work(visit: &Visit, segments: &[&str]) -> Result<Page, ApiError> {
    match segments {
        [] => work::page(visit).await,
        ["needs", "new"] => need_form::new(visit).await,
        ["needs", id] => need_form::edit(visit, id).await,
        ["needs", id, "revision"] => revision_form::page(visit, id).await,
        ["needs", id, "report"] => report_form::page(visit, id).await,
        ["offers", "new"] => offer_form::new(visit).await,
        ["offers", id] => offer_form::edit(visit, id).await,
        ["profile"] => profile::page(visit).await,
        ["charity-books"] => charity_books::page(visit).await,
        ["spending"] => spending::page(visit).await,
        ["spending", id] => correction::page(visit, id).await,
        ["payees"] => payees::page(visit).await,
        ["allocations"] => funds::desk(visit).await,
        ["disbursements"] => disbursements::page(visit).await,
        ["disbursements", "new"] => disbursements::new(visit).await,
        ["disbursements", id] => disbursements::one(visit, id).await,
        ["approval-rule"] => disbursements::approval_rule(visit).await,
        ["accounts"] => ledger::accounts(visit).await,
        ["bank-lines"] => bank_line_list::page(visit).await,
        ["bank-accounts"] => bank_accounts::page(visit).await,
        ["bank-lines", "new"] => bank_lines::new(visit).await,
        ["bank-lines", id] => bank_lines::one(visit, id).await,
        ["bank-lines", id, "rebook"] => rebooking::page(visit, id).await,
        ["month-ends"] => month_ends::page(visit).await,
        ["accounting"] => accounting::page(visit).await,
        ["outgoings"] => outgoings::page(visit).await,
        ["returns"] => returns::page(visit).await,
        ["returns", "new"] => returns::new(visit).await,
        ["returns", id] => returns::one(visit, id).await,
        ["surpluses"] => surpluses::page(visit).await,
        ["surpluses", "new"] => surpluses::new(visit).await,
        ["surpluses", id] => surpluses::one(visit, id).await,
        ["reversals"] => reversal::list(visit).await,
        ["reversals", kind, id] => reversal::page(visit, kind, id).await,
        ["unmatched"] => unmatched::page(visit).await,
        ["bank-statements"] => bank_statements::page(visit).await,
        ["bank-statements", id] => bank_statements::one(visit, id).await,
        ["campaigns"] => campaign_office::list(visit).await,
        ["campaigns", "new"] => campaign_form::new(visit),
        ["campaigns", id] => campaign_office::one(visit, id).await,
        ["campaigns", id, "edit"] => campaign_form::edit(visit, id).await,
        ["campaigns", id, "charity"] => campaign_form::charity(visit, id).await,
        ["campaigns", id, "partner"] => campaign_form::partner(visit, id).await,
        ["campaigns", id, "stage"] => campaign_form::stage(visit, id).await,
        ["campaigns", id, "needs"] => campaign_needs::page(visit, id).await,
        ["campaigns", id, "giving"] => campaign_giving::open(visit, id).await,
        ["giving-sites"] => giving_sites::page(visit).await,
        ["campaigns", id, "rehearsal"] => rehearsal::page(visit, id).await,
        ["organisation"] => organisation::page(visit).await,
        ["verifications"] => verifications::page(visit).await,
        ["verifications", id] => verifications::one(visit, id).await,
        ["members"] => members::page(visit).await,
        ["organisations"] => organisations::page(visit).await,
        ["town"] => area::town(visit).await,
        ["places"] => area::places(visit).await,
        ["place-imports"] => place_imports::page(visit).await,
        ["place-imports", id] => place_imports::one(visit, id).await,
        ["earlier-pairings"] => earlier_pairings::page(visit).await,
        ["earlier-pairings", "own"] => earlier_pairings::own(visit).await,
        ["earlier-pairings", "tables", id] => earlier_pairings::table(visit, id).await,
        ["earlier-pairings", "imports", id] => earlier_pairings::import(visit, id).await,
        ["enquiries"] => enquiries::page(visit).await,
        ["enquiries", id] => enquiries::one(visit, id).await,
        ["audit"] => audit::page(visit).await,
        ["audit", "people", id] => audit::person(visit, id),
        ["jobs"] => jobs::page(visit).await,
        _ => Err(ApiError::new(ErrorCode::NotFound, "没有找到")),
    }
}
