//! The people of an organisation: their roles, what waits for a second person, invitations, and what is to be passed on.

use super::parent_unit;
use super::sheet::{self, Sheet};
use crate::parts::field::{Field, summary_of_row};
use crate::parts::need_row::place;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::invitations::{self, Invitation};
use domain::api::members::{self, HeldRole, Member, Members, MembersView};
use domain::api::texts::{self, TextToPassOn};
use domain::api::{ApiError, ErrorCode};
use domain::membership::{InvitationStatus, InvitationWay};
use domain::organisation::{Membership, MembershipStatus, OrganisationKind, OrganisationStatus, Role};
use domain::{OrganisationId, PersonId};
use leptos::prelude::*;

/// The roles whose holders invite.
const INVITERS: [Role; 6] = [
    Role::VillageHead,
    Role::EnterpriseOwner,
    Role::CharityOwner,
    Role::OfficeOwner,
    Role::TownReviewer,
    Role::PlatformAdmin,
];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let asked = Some(form.value("organisation")).filter(|id| !id.is_empty()).or(visit.query("organisation"));
    let id = match asked {
        Some(id) => id.parse::<OrganisationId>().ok(),
        None => me.acting,
    };
    let id = id.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let members = visit.call(members::list(id)).await?;
    let back = format!("/work/members?organisation={id}");
    if let Some(page) = sheet::page(form, invitation_sheet(form, &members, &back)) {
        return Ok(page);
    }
    if let Some(page) = read_back(form, &members, &back) {
        return Ok(page);
    }
    let invites = members.view != MembersView::Colleague;
    let list = if invites { visit.call(invitations::list(id)).await?.items } else { Vec::new() };
    let to_pass_on = if visit.has(&INVITERS) && members.view != MembersView::Admin {
        visit.call(texts::list()).await?.items
    } else {
        Vec::new()
    };
    let done = visit.query("done").and_then(done_message);
    let above = match members.view {
        MembersView::Owner | MembersView::Admin => parent_unit::section(visit, form, &members).await?,
        MembersView::Colleague | MembersView::Town => None,
    };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, if form.value("way") == InvitationWay::Parent.as_str() { parent_unit::FORM } else { "" })}
        {crumbs(&members)}
        <h1>{t!("成员（{n}）", n = members.items.len())}</h1>
        <p class="soft">{members.name.clone()}" "{members.place.as_ref().map(|at| place(at).trim_end_matches([' ', '·']).to_owned())}</p>
        {people(visit, &members)}
        {invites.then(|| invited(&members, &list))}
        {(!members.may_invite.is_empty()).then(|| invite(visit, form, &members))}
        {above}
        {passing_on(&to_pass_on, "/work/members", Some(id))}
    };
    Ok(Page::new(t!("成员"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "changed" => Some(t!("岗位已改，对方下一次操作时生效。")),
        "seconded" => Some(t!("已同意，这个岗位现在生效。")),
        "refused" => Some(t!("已回绝，这个岗位没有给出。")),
        "invited" => Some(t!("邀请已发出。")),
        "revoked" => Some(t!("邀请已作废。")),
        "passed_on" => Some(t!("已记下转告过了，号码和内容已删去。")),
        "parent" => Some(t!("上级单位已记下。")),
        "opened" => Some(t!("单位已开通。下一步：邀请第一位负责人。")),
        _ => None,
    }
}

fn crumbs(members: &Members) -> AnyView {
    let from = match members.view {
        MembersView::Town => Some(("/work/town", t!("本镇"))),
        MembersView::Admin => Some(("/work/organisations", t!("开通和查找单位"))),
        MembersView::Owner | MembersView::Colleague => None,
    };
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {from.map(|(path, name)| view! { <a href=href(path)>{name}</a> })}
        </nav>
    }
    .into_any()
}

fn people(visit: &Visit, members: &Members) -> AnyView {
    if members.items.is_empty() {
        return view! { <p class="card empty">{t!("这里还没有人。发出邀请，对方接受后就会出现。")}</p> }.into_any();
    }
    members.items.iter().map(|member| person(visit, members, member)).collect_view().into_any()
}

fn person(visit: &Visit, members: &Members, member: &Member) -> AnyView {
    let me = member.me.then(|| view! { <span class="tag">{t!("我")}</span> });
    let phone = member.phone_masked.clone().map(|phone| view! { <span class="soft">{phone}</span> });
    let roles = member.roles.iter().map(|held| role(members, member, held));
    let change = (members.view == MembersView::Owner).then(|| change(members, member));
    let reset = (members.view == MembersView::Town && !member.me).then(|| ask_reset(visit, member));
    view! {
        <section class="card facts">
            <h2>{member.name.clone()}" "{me}</h2>
            {phone}
            <ul class="history">{roles.collect_view()}</ul>
            {change}{reset}
        </section>
    }
    .into_any()
}

fn role(members: &Members, member: &Member, held: &HeldRole) -> AnyView {
    let waiting = (held.status == MembershipStatus::Waiting)
        .then(|| view! { <span class="tag status">{text(held.status.label())}</span> });
    let since = held.since.map(|since| {
        if let Some(name) = &held.given_by {
            t!("{at} 起，由 {name} 给出", at = instant(since), name = name)
        } else {
            t!("{at} 起，开通时就有", at = instant(since))
        }
    });
    let seconded = held.seconded_by.as_ref().map(|name| t!("{name} 已同意", name = name));
    view! {
        <li>
            <b>{text(held.role.label())}</b>" "{waiting}
            <span class="soft">{since}" "{seconded}</span>
            {waits(members, member, held)}
        </li>
    }
    .into_any()
}

/// Why a role waits, for whom, and the buttons of whoever may agree.
fn waits(members: &Members, member: &Member, held: &HeldRole) -> Option<AnyView> {
    let waits = held.waits?;
    let why = if waits.people == 0 {
        t!("等另一位同意：经手钱款的岗位要有给出和接受以外的另一个人同意。现在没有这样的人，请先邀请第二位负责人。")
    } else {
        t!("等另一位同意：经手钱款的岗位要有给出和接受以外的另一个人同意，同意前不生效。")
    };
    let buttons = waits.for_me.then(|| {
        view! {
            <form method="post" action=href("/work/members")>
                <input type="hidden" name="organisation" value=members.organisation.to_string() />
                <input type="hidden" name="person" value=member.person.to_string() />
                <input type="hidden" name="role" value=held.role.as_str() />
                <div class="buttons">
                    <button class="button" name="action" value="second">{t!("我同意")}</button>
                    <button class="button danger" name="action" value="refuse">{t!("不同意")}</button>
                </div>
            </form>
        }
    });
    Some(view! { <p>{why}</p>{buttons} }.into_any())
}

fn change(members: &Members, member: &Member) -> AnyView {
    let held: Vec<Role> = member.roles.iter().map(|held| held.role).collect();
    let seen = held.iter().map(|role| view! { <input type="hidden" name="seen" value=role.as_str() /> });
    // Roles of an earlier time that this kind does not have are shown too, so that they can be taken.
    let others = held.iter().filter(|role| !members.roles.contains(role));
    let boxes = members.roles.iter().chain(others).map(|role| {
        let id = format!("{}-{role}", member.person);
        view! {
            <p class="choice">
                <input type="checkbox" id=id.clone() name="roles" value=role.as_str() checked=held.contains(role) />
                <label for=id>{text(role.label())}</label>
            </p>
        }
    });
    view! {
        <details>
            <summary>{t!("改 {name} 的岗位", name = member.name)}</summary>
            <form method="post" action=href("/work/members")>
                <input type="hidden" name="organisation" value=members.organisation.to_string() />
                <input type="hidden" name="person" value=member.person.to_string() />
                {seen.collect_view()}
                <fieldset>
                    <legend class="unseen">{t!("岗位")}</legend>
                    {boxes.collect_view()}
                </fieldset>
                <p class="hint">{t!("全部去掉就是请他离开本单位。下一步会再问一次。")}</p>
                <button class="button quiet" name="action" value="change">{t!("下一步")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn ask_reset(visit: &Visit, member: &Member) -> AnyView {
    // A form for each person: each needs an id of its own, made of the page's and the person's.
    let id = uuid::Uuid::from_u128(visit.fresh_id.as_u128() ^ member.person.0.as_u128());
    view! {
        <form method="post" action=href("/work/town")>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="person" value=member.person.to_string() />
            <input type="hidden" name="person_name" value=member.name.clone() />
            <button class="button quiet" name="action" value="ask">{t!("他忘了密码")}</button>
        </form>
    }
    .into_any()
}

/// A change of roles, before it is made.
fn read_back(form: &FormState, members: &Members, back: &str) -> Option<Page> {
    let person = form.value("person").parse::<PersonId>().ok()?;
    let member = members.items.iter().find(|member| member.person == person)?;
    let asked: Vec<Role> = form.all("roles").into_iter().filter_map(|role| role.parse().ok()).collect();
    let names = |roles: &[Role]| roles.iter().map(|role| text(role.label())).collect::<Vec<_>>().join(t!("、"));
    let held: Vec<Role> = member.roles.iter().map(|held| held.role).collect();
    let mut says = vec![t!("{name} 现在的岗位：{roles}", name = member.name, roles = names(&held))];
    if asked.is_empty() {
        says.push(t!("改后：离开 {organisation}，不能再代表它办事。", organisation = members.name));
    } else {
        says.push(t!("改后的岗位：{roles}", roles = names(&asked)));
    }
    if asked.iter().any(|role| role.handles_money() && !held.contains(role)) {
        says.push(t!("经手钱款的岗位要等另一位同意后才生效。").to_owned());
    }
    sheet::confirm(form, "/work/members", back, t!("请确认改岗位"), says)
}

fn invited(members: &Members, list: &[Invitation]) -> AnyView {
    let rows = list.iter().map(|invitation| {
        let to = [invitation.name.clone(), invitation.sent_to.clone().unwrap_or_default()];
        let to = to.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let by = invitation.made_by.clone().unwrap_or_default();
        let revoke = (invitation.status == InvitationStatus::Open).then(|| {
            view! {
                <form method="post" action=href("/work/members")>
                    <input type="hidden" name="organisation" value=members.organisation.to_string() />
                    <input type="hidden" name="invitation" value=invitation.id.to_string() />
                    <button class="button danger" name="action" value="revoke">{t!("作废")}</button>
                </form>
            }
        });
        view! {
            <li>
                <p class="tags"><b>{text(invitation.role.label())}</b>" "<span class="tag status">{text(invitation.status.label())}</span></p>
                <p>{to}</p>
                <span class="soft">{text(invitation.way.label())}" · "{t!("{name} 发于 {at}，{until} 前有效", name = by, at = instant(invitation.created_at), until = instant(invitation.expires_at))}</span>
                {revoke}
            </li>
        }
    });
    let open = list.iter().filter(|invitation| invitation.status == InvitationStatus::Open).count();
    let content = if list.is_empty() {
        view! { <p class="empty">{t!("还没有发过邀请。")}</p> }.into_any()
    } else {
        view! { <ul class="history">{rows.collect_view()}</ul> }.into_any()
    };
    view! { <section class="card"><h2>{t!("邀请（{n} 张等待接受）", n = open)}</h2>{content}</section> }.into_any()
}

fn invite(visit: &Visit, form: &FormState, members: &Members) -> AnyView {
    let by_paper = form.value("action") == "invite" && form.value("way") != InvitationWay::Parent.as_str();
    let own = if by_paper { form.clone() } else { FormState::default() };
    let id = if own.value("id").is_empty() { visit.fresh_id.to_string() } else { own.value("id").to_owned() };
    let roles = members.may_invite.iter().map(|role| (role.to_string(), text(role.label()))).collect();
    let ways = InvitationWay::ALL.iter().filter(|way| **way != InvitationWay::Parent);
    let ways = ways.map(|way| (way.to_string(), text(way.label()))).collect();
    let money = members.may_invite.iter().any(|role| role.handles_money());
    view! {
        <form class="long" method="post" action=href("/work/members")>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="organisation" value=members.organisation.to_string() />
            <fieldset class="card">
                <legend>{t!("邀请一个人")}</legend>
                <p class="soft">{t!("邀请 14 天有效，只能用一次。对方可以没有邮箱。")}</p>
                {money.then(|| view! { <p class="soft">{t!("经办、复核、出纳接受邀请后，还要本单位另一位同意才生效。")}</p> })}
                {Field::new(&own, "role", t!("岗位")).select(t!("请选择"), roles)}
                {Field::new(&own, "name", t!("请谁")).hint(t!("只给本单位看，免得交错人；可以不填")).text()}
                {Field::new(&own, "way", t!("怎样交给他")).select(t!("请选择"), ways)}
                {Field::new(&own, "email", t!("他的邮箱")).hint(t!("发邮件才填")).input("text", "email", "off")}
                {Field::new(&own, "phone", t!("他的手机号")).hint(t!("打电话或发短信转告才填；系统不会自己发，由您照“请转告”念给他")).input("text", "tel", "off")}
                <button class="button" name="action" value="invite">{t!("发出邀请")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

fn invitation_sheet(form: &FormState, members: &Members, back: &str) -> Sheet {
    let role = form.value("role").parse::<Role>().map(|role| text(role.label())).unwrap_or_default();
    let mut facts = vec![(t!("加入的单位"), members.name.clone()), (t!("岗位"), role)];
    if !form.value("name").trim().is_empty() {
        facts.push((t!("请交给"), form.value("name").trim().to_owned()));
    }
    facts.push((t!("有效期至"), sheet::until(form)));
    Sheet {
        title: t!("邀请单"),
        facts,
        steps: vec![
            t!("用手机扫二维码，或在浏览器里打开 {address}", address = form.value("sheet_address")),
            t!("输入上面的代码（不分大小写，横线可以不打）。").to_owned(),
            t!("已有账号就登录后接受；没有就填姓名、账号名或手机号和密码，新建一个。").to_owned(),
        ],
        note: t!("代码只能用一次，谁拿到谁能用。请当面交给本人，不要拍照外传；丢了请马上作废。"),
        back: back.to_owned(),
    }
}

/// What staff pass on by telephone: a list that prints.
pub fn passing_on(list: &[TextToPassOn], path: &'static str, organisation: Option<OrganisationId>) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let rows = list.iter().map(|waiting| {
        let organisation = organisation.map(|id| view! { <input type="hidden" name="organisation" value=id.to_string() /> });
        view! {
            <li>
                <p><b>{waiting.phone.clone()}</b>" "<span class="soft">{instant(waiting.written_at)}</span></p>
                <p>{waiting.body.clone()}</p>
                <form method="post" action=href(path)>
                    {organisation}
                    <input type="hidden" name="text" value=waiting.id.to_string() />
                    <div class="buttons"><button class="button quiet" name="action" value="passed_on">{t!("已转告")}</button></div>
                </form>
            </li>
        }
    });
    Some(
        view! {
            <section class="card" id="to-pass-on">
                <h2>{t!("请转告（{n}）", n = list.len())}</h2>
                <p class="soft">{t!("本系统不发短信。请照下面的话打电话或发短信，办完点“已转告”，号码和内容随即删去。可以打印这一页。")}</p>
                <ol class="history">{rows.collect_view()}</ol>
            </section>
        }
        .into_any(),
    )
}

/// The ways from one's work to people, places and organisations.
pub fn offices(visit: &Visit) -> Option<AnyView> {
    let verified = |own: &&Membership| own.status == OrganisationStatus::Verified;
    let acting = visit.me.as_ref()?.acting().find(verified)?.clone();
    let at = |kind: OrganisationKind| acting.kind == kind;
    let mut links: Vec<(&'static str, &'static str)> = Vec::new();
    if at(OrganisationKind::Town) && visit.has(&[Role::OfficeOwner, Role::TownReviewer]) {
        links.push(("/work/town", t!("本镇的村（社区）")));
    }
    let looks_over = at(OrganisationKind::Federation) || at(OrganisationKind::RuralOffice);
    let overseers = [Role::OfficeOwner, Role::FederationCounty, Role::FederationCity, Role::RuralOffice];
    if looks_over && visit.has(&overseers) {
        links.push(("/work/places", t!("辖区的镇和村（社区）")));
    }
    if at(OrganisationKind::RuralOffice) {
        links.push(("/needs", t!("公开的需求")));
    }
    if at(OrganisationKind::CampaignOffice) {
        links.push(("/campaigns", t!("6·30 活动和四个数")));
        if visit.has(&[Role::CampaignOffice]) {
            links.push(("/work/campaigns", t!("活动的设置")));
            links.push(("/work/giving-sites", t!("捐赠网站名单")));
        }
    }
    if visit.has(&[Role::PlatformAdmin]) {
        links.push(("/work/organisations", t!("开通和查找单位")));
        links.push(("/work/giving-sites", t!("捐赠网站名单")));
    }
    links.push(("/work/members", t!("本单位的成员和邀请")));
    let links = links.into_iter().map(|(path, name)| view! { <a class="button quiet" href=href(path)>{name}</a> });
    Some(
        view! {
            <section class="card">
                <h2>{acting.organisation_name}</h2>
                <div class="buttons">{links.collect_view()}</div>
            </section>
        }
        .into_any(),
    )
}
