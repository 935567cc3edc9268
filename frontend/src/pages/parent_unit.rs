//! The unit above an organisation: its owner asks one of its people to help out, the administrator names it for a
//! charity, and whoever is asked finds that with his work.

use crate::parts::field::Field;
use crate::visit::{FormState, Visit};
use crate::words::{href, instant, text};
use domain::api::ApiError;
use domain::api::invitations::{self, InvitedByName};
use domain::api::members::{self, Members, MembersView, Parent};
use domain::api::organisations::{self, OrganisationQuery, OrganisationRow};
use domain::membership::{InvitationWay, above};
use domain::organisation::{OrganisationKind, OrganisationStatus};
use leptos::prelude::*;

/// The fields of this form have ids of their own: the page's other form asks for a role as well.
pub const FORM: &str = "parent";

pub async fn section(visit: &Visit, form: &FormState, members: &Members) -> Result<Option<AnyView>, ApiError> {
    let by_place = members.place.as_ref().and_then(|place| above(members.kind, &place.code));
    if by_place.is_none() && members.kind != OrganisationKind::Charity {
        return Ok(None);
    }
    let parent = visit.call(members::parent(members.organisation)).await?;
    match members.view {
        MembersView::Owner => Ok(Some(ask(visit, form, members, &parent))),
        MembersView::Admin if members.kind == OrganisationKind::Charity => {
            name(visit, form, members, &parent).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// Of whom the owner may ask one.
fn ask(visit: &Visit, form: &FormState, members: &Members, above: &Parent) -> AnyView {
    let title = t!("人手不够？请上级单位的一位来帮忙");
    let Some(name) = &above.name else {
        let why = if members.kind == OrganisationKind::Charity {
            t!("平台上还没有登记本单位的上级慈善组织。需要的话，请平台管理员登记。")
        } else {
            t!("本单位的上级还没有在平台上开通。缺的岗位请邀请别人，在这之前那一步会一直等着。")
        };
        return view! { <section class="card"><h2>{title}</h2><p class="soft">{why}</p></section> }.into_any();
    };
    if above.people.is_empty() {
        let why = t!("{name}在平台上还没有可以请的人。", name = name);
        return view! { <section class="card"><h2>{title}</h2><p class="soft">{why}</p></section> }.into_any();
    }
    let here = form.value("action") == "invite" && form.value("way") == InvitationWay::Parent.as_str();
    let own = if here { form.clone() } else { FormState::default() };
    // Beside the page's other form, which has its own id.
    let fresh = uuid::Uuid::from_u128(visit.fresh_id.as_u128() ^ 1);
    let id = if own.value("id").is_empty() { fresh.to_string() } else { own.value("id").to_owned() };
    let roles = members.may_invite.iter().map(|role| (role.to_string(), text(role.label()))).collect();
    let people = above.people.iter().map(|person| {
        let roles = person.roles.iter().map(|role| text(role.label())).collect::<Vec<_>>().join(t!("、"));
        (person.person.to_string(), format!("{}（{roles}）", person.name))
    });
    view! {
        <form class="long" method="post" action=href("/work/members")>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="organisation" value=members.organisation.to_string() />
            <input type="hidden" name="way" value=InvitationWay::Parent.as_str() />
            <fieldset class="card">
                <legend>{title}</legend>
                <p class="soft">{t!("上级单位：{name}。对方自己接受后才有岗位，办事时选择代表哪个单位，经过都留名。", name = name)}</p>
                {Field::new(&own, "person", t!("请谁")).of_row(FORM).select(t!("请选择"), people.collect())}
                {Field::new(&own, "role", t!("岗位")).of_row(FORM).select(t!("请选择"), roles)}
                <button class="button" name="action" value="invite">{t!("请他帮忙")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

/// The administrator names the charity above this one.
async fn name(visit: &Visit, form: &FormState, members: &Members, above: &Parent) -> Result<AnyView, ApiError> {
    let kind = Some(OrganisationKind::Charity.to_string());
    let charities =
        visit.call(organisations::list(&OrganisationQuery { kind, ..OrganisationQuery::default() })).await?;
    let verified = |charity: &OrganisationRow| charity.status == OrganisationStatus::Verified;
    let others = charities.items.into_iter().filter(|charity| verified(charity) && charity.id != members.organisation);
    let mut others: Vec<_> = others.map(|charity| (charity.id.to_string(), charity.name)).collect();
    // The present one is among them, however many there are.
    let present = above.organisation.map(|id| id.to_string()).zip(above.name.clone());
    others.extend(present.clone().filter(|present| !others.contains(present)));
    let mut own = if form.value("action") == "set_parent" { form.clone() } else { FormState::default() };
    if own.problems.is_empty() {
        own.set("parent", present.map(|(id, _)| id).unwrap_or_default());
    }
    Ok(view! {
        <form class="long" method="post" action=href("/work/members")>
            <input type="hidden" name="organisation" value=members.organisation.to_string() />
            <fieldset class="card">
                <legend>{t!("上级慈善组织")}</legend>
                {Field::new(&own, "parent", t!("名称")).hint(t!("人手不够时，负责人可以请它的一位来担任岗位")).select(t!("没有"), others)}
                <button class="button quiet" name="action" value="set_parent">{t!("记下")}</button>
            </fieldset>
        </form>
    }
    .into_any())
}

/// Which units ask the visitor for help.
pub async fn asked(visit: &Visit) -> Result<Option<AnyView>, ApiError> {
    let list = visit.call(invitations::mine()).await?.items;
    if list.is_empty() {
        return Ok(None);
    }
    Ok(Some(
        view! {
            <section id="asked">
                <h2>{t!("请您帮忙的单位")}</h2>
                <ul class="rows card">{list.iter().map(row).collect_view()}</ul>
            </section>
        }
        .into_any(),
    ))
}

fn row(invited: &InvitedByName) -> AnyView {
    let by = invited.made_by.clone().unwrap_or_default();
    let code = invited.code.replace('-', "");
    view! {
        <li>
            <a class="need" href=href(&format!("/join?code={code}"))>
                <span class="what">
                    <b>{t!("{organisation}请您担任{role}", organisation = invited.organisation_name, role = text(invited.role.label()))}</b>
                    <span class="soft">{t!("{name} 发于 {at}，{until} 前有效", name = by, at = instant(invited.created_at), until = instant(invited.expires_at))}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}
