//! One pairing: where it stands and what is to be done now, its terms and what the last ones change, the agreement and
//! its paper, the thread, what was given; the joint plan is in `pairing_plan`.

mod beside;
mod contacts;
mod leaving;

use super::pairing_plan;
use super::pairings::{places, tags};
use super::round;
use crate::parts::commitments::totals;
use crate::parts::field::{Field, problem, radios, summary_of_row, tick};
use crate::parts::four::{four, rows_at};
use crate::parts::money;
use crate::parts::pairings::villages;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use beside::{history, others, thread};
use domain::PairingId;
use domain::api::needs::Where;
use domain::api::pairings::{self, Pairing, SideStanding, TermsVersion};
use domain::api::{ApiError, ErrorCode};
use domain::pairing::{PAIRING_FREE_WILL, PairingSide, PairingStatus, PairingStep};
use domain::pledge::{DisplayChoice, PublicDisplay, partial_name};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PairingId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let read = visit.call(pairings::get(id)).await?;
    let row = &read.row;
    let done = visit.query("done").and_then(done_message);
    let title = t!(
        "{enterprise}与{places}",
        enterprise = row.enterprise_name,
        places = places(row.town.as_ref(), &row.villages)
    );
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/pairings")>{t!("结对")}</a></nav>
        <h1>{title.clone()}</h1>
        <p>{tags(row)}</p>
        {way(&read)}{standing(&read)}
        <div class="two reading">
            <aside class="ahead">{facts(visit, &read)}{sides(&read)}{contacts::section(visit, &read)}</aside>
            <div class="middle">
                {now(visit, &read)}
                {terms(&read)}
                {agreement(visit, &read)}
                {pairing_plan::plan(visit, &read)}
                {given(&read)}
                {thread(visit, &read)}
                {history(&read)}
            </div>
            <aside class="behind">{others(visit, &read)}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "proposed" => t!("已提出，对方会收到通知。"),
        "countered" => t!("改过的条款已提出，各方要重新同意。"),
        "agreed" => t!("已同意。"),
        "declined" => t!("已写明不结对，各方会看到原因。"),
        "withdrawn" => t!("已撤回，各方会看到原因。"),
        "taken-up" => t!("已受理。"),
        "returned" => t!("已退回协商，各方会看到原因。"),
        "approved" => t!("已审核通过，协议书已生成，等各方确认。"),
        "confirmed" => t!("已确认协议书。"),
        "paper-sent" => t!("已上传，等对方或工商联核对。"),
        "signed" => t!("已核对，结对已签约。"),
        "notice-given" => t!("已提出终止，各方会看到原因和终止的日期。在那之前可以撤回。"),
        "notice-withdrawn" => t!("终止通知已撤回，协议继续。"),
        "left" => t!("已同意提前终止，协议从今天起终止。"),
        "contact-named" => t!("联系人已登记。"),
        "contact-emptied" => t!("联系人已清空。"),
        "terminated" => t!("协议已终止，各方会看到原因。"),
        "handed-over" => t!("已移交。这是接手的一份，前一份在“前后衔接”里。"),
        "message" => t!("已留言。"),
        "display" => t!("公开的方式已改，立即生效。"),
        "planned" => t!("已加入计划，等对方同意日期。"),
        "submitted" => t!("已报告，等对方核验。"),
        "verified" => t!("已核验。"),
        "sent-back" => t!("已退回，对方会看到原因。"),
        "day-proposed" => t!("已提议，等对方同意。"),
        "day-accepted" => t!("日期已定。"),
        "day-dropped" => t!("不采用提议的日期。"),
        _ => return None,
    })
}

/// The steps from the intention to the first day; of one that left the way, nothing.
fn way(read: &Pairing) -> Option<AnyView> {
    let here = read.row.status.on_the_way()?;
    let steps = PairingStatus::ALL[..6].iter().enumerate().map(|(n, status)| {
        let current = (n == here).then_some("step");
        let mark = if n < here { "✓ " } else { "" };
        view! { <li class:past=n < here aria-current=current>{mark}{text(status.label())}</li> }
    });
    Some(view! { <ol class="way" aria-label=t!("办到哪一步")>{steps.collect_view()}</ol> }.into_any())
}

/// What stops it, or how it ended.
fn standing(read: &Pairing) -> AnyView {
    let suspended = (!read.enterprise_stands && !read.row.status.is_settled()).then(|| {
        view! { <p class="note">{t!("这家企业现在没有通过认证（可能已被停用），结对暂时不能往前办，恢复后再继续。不想等的，提出的一方可以撤回，其他各方可以写明原因不结对；已签约的可以终止。")}</p> }
    });
    let returned = read.returned.as_ref().filter(|_| read.row.status == PairingStatus::Proposed).map(|end| {
        let says = t!("工商联退回协商，{at}", at = instant(end.at));
        view! { <section class="summary"><h2>{says}</h2><p>{end.reason.clone()}</p></section> }
    });
    let ended = read.ended.as_ref().filter(|end| !end.reason.is_empty()).map(|end| {
        let says = t!("{state}，{at}", state = text(read.row.status.label()), at = instant(end.at));
        view! { <section class="summary"><h2>{says}</h2><p>{end.reason.clone()}</p></section> }
    });
    view! { {suspended}{returned}{leaving::notice(read)}{ended} }.into_any()
}

fn facts(visit: &Visit, read: &Pairing) -> AnyView {
    let row = &read.row;
    let choice = DisplayChoice { name: read.public_display, show_amount: true, share_with_recipient: true };
    let town = row.town.as_ref().map(|town| {
        let link = href(&format!("/towns/{}", town.code));
        view! { <dt>{t!("镇（街道）")}</dt><dd><a href=link>{format!("{} · {}", town.county, town.town)}</a></dd> }
    });
    let round = read.round.filter(|_| visit.has(&round::READERS)).map(|round| {
        let link = href(&format!("/rounds/{round}/plan"));
        view! { <dt>{t!("对接轮次")}</dt><dd><a href=link>{t!("看这一轮的方案")}</a></dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("编号")}</dt><dd>{row.reference.clone()}</dd>
                <dt>{t!("企业")}</dt><dd>{row.enterprise_name.clone()}</dd>
                {town}
                <dt>{t!("村（社区）")}</dt><dd>{villages(&row.villages)}</dd>
                <dt>{t!("期限")}</dt><dd>{t!("{from} 至 {until}", from = date(row.first_day), until = date(row.last_day))}</dd>
                <dt>{text(read.origin.label())}</dt><dd>{read.proposer.clone()}</dd>
                {round}
                <dt>{t!("提出时间")}</dt><dd>{instant(read.proposed_at)}</dd>
                <dt>{t!("公众看到")}</dt><dd>{text(&choice.public_name(&row.enterprise_name, false))}</dd>
            </dl>
            {coverage(read)}
        </section>
    }
    .into_any()
}

/// Villages that are left out, and those that are paired twice.
fn coverage(read: &Pairing) -> Option<AnyView> {
    let coverage = &read.coverage;
    if coverage.gaps.is_empty() && coverage.overlaps.is_empty() {
        return None;
    }
    let name = |village: &Where| {
        let link = href(&format!("/villages/{}", village.code));
        view! { <li><a href=link>{format!("{} · {}", village.town, village.village)}</a></li> }
    };
    let gaps = (!coverage.gaps.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{t!("本镇没有列入的村：{n} 个", n = coverage.gaps.len())}</summary>
                <ul>{coverage.gaps.iter().map(name).collect_view()}</ul>
            </details>
        }
    });
    let overlaps = (!coverage.overlaps.is_empty()).then(|| {
        view! {
            <details class="more">
                <summary>{t!("另有结对的村：{n} 个", n = coverage.overlaps.len())}</summary>
                <ul>{coverage.overlaps.iter().map(name).collect_view()}</ul>
            </details>
        }
    });
    Some(view! { {gaps}{overlaps} }.into_any())
}

fn sides(read: &Pairing) -> AnyView {
    let rows = read.sides.iter().map(|side| {
        let agreed = side
            .agreed_at
            .map_or_else(|| t!("还没有同意现在的条款").to_owned(), |at| t!("同意条款 {at}", at = instant(at)));
        let confirmed = read.agreement.as_ref().filter(|_| read.row.status == PairingStatus::Approved).map(|_| {
            side.confirmed_at
                .map_or_else(|| t!("还没有确认协议书").to_owned(), |at| t!("确认协议书 {at}", at = instant(at)))
        });
        let speaker = side.spoken_for.then(|| speaks(side));
        let note = (!side.note.is_empty()).then(|| view! { <span class="soft">{side.note.clone()}</span> });
        view! {
            <li>
                <span class="what">
                    <b>{side.name.clone()}</b>
                    {speaker.map(|speaker| view! { <span class="soft">{speaker}</span> })}
                    <span class="soft">{agreed}</span>
                    {confirmed.map(|confirmed| view! { <span class="soft">{confirmed}</span> })}
                    {note}
                </span>
            </li>
        }
    });
    view! { <section class="card"><h2>{t!("各方")}</h2><ul class="rows">{rows.collect_view()}</ul></section> }
        .into_any()
}

fn speaks(side: &SideStanding) -> String {
    match &side.speaker {
        Some(speaker) => t!("在平台上没有账号，由{speaker}代办", speaker = speaker),
        None => t!("在平台上没有账号，由工商联代办").to_owned(),
    }
}

/// The form that was refused, for the one of the page's forms that it is; the others are empty.
pub fn own(visit: &Visit, row: &str) -> FormState {
    visit.form.as_ref().filter(|form| form.value("row") == row).cloned().unwrap_or_default()
}

/// The id that a form was sent with, or a new one.
pub fn id_of(visit: &Visit, form: &FormState) -> String {
    let typed = form.value("id");
    if typed.is_empty() { visit.fresh_id.to_string() } else { typed.to_owned() }
}

/// What waits for the reader, before everything else.
fn now(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    let may = |step| read.may.steps.contains(&step);
    let parts = [
        may(PairingStep::Agree).then(|| agree(visit, read)),
        may(PairingStep::Counter).then(|| {
            let link = href(&format!("/pairings/{}/terms", read.row.id));
            view! { <p><a class="button quiet" href=link>{t!("改提条款")}</a></p> }.into_any()
        }),
        may(PairingStep::TakeUp).then(|| {
            button(visit, read, "take-up", (t!("受理审核"), t!("各方都同意了条款。受理后由您审核。"), "button"))
        }),
        may(PairingStep::Approve).then(|| {
            let says =
                t!("请核对条款、份额、期限和村，看有没有摊派、有没有和别的结对重叠。通过后生成协议书，条款不能再改。");
            button(visit, read, "approve", (t!("审核通过，生成协议书"), says, "button"))
        }),
        may(PairingStep::Return).then(|| {
            reasoned(visit, read, "return", (t!("退回协商"), t!("写明要改什么。各方改好或重新同意后再审核。")))
        }),
    ];
    let parts: Vec<AnyView> = parts.into_iter().flatten().collect();
    (!parts.is_empty())
        .then(|| view! { <section class="card steps" id="now"><h2>{t!("下一步")}</h2>{parts}</section> }.into_any())
}

fn agree(visit: &Visit, read: &Pairing) -> AnyView {
    let mut form = own(visit, "agree");
    let enterprise = read.may.sides.contains(&PairingSide::Enterprise);
    let number = read.terms.first().map_or(1, |version| version.number);
    if form.value("public_display").is_empty() {
        form.set("public_display", read.public_display.as_str());
    }
    let lines = PAIRING_FREE_WILL.iter().map(|line| view! { <li>{text(line)}</li> });
    let of_enterprise = enterprise.then(|| {
        view! {
            <ul class="terms">{lines.collect_view()}</ul>
            {tick(&form, "voluntary", t!("这份结对完全出于自愿，没有人摊派"))}
            {names(&form, &read.row.enterprise_name)}
        }
    });
    let note = read.may.says_how.then(|| how_known(&form, "agree"));
    view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="row" value="agree" />
            <input type="hidden" name="number" value=number />
            <p>{t!("条款第 {n} 稿在下面。同意后不能单独收回，可以改提。", n = number)}</p>
            {of_enterprise}{note}
            <button class="button" name="action" value="agree">{t!("同意条款")}</button>
        </form>
    }
    .into_any()
}

fn how_known(form: &FormState, row: &str) -> AnyView {
    Field::new(form, "note", t!("怎样知道他们同意"))
        .hint(t!("这个村（镇）在平台上没有账号。如“7 月 2 日村民代表会议通过，会议记录存镇政府”。"))
        .of_row(row)
        .area(2)
}

/// The choice of how the enterprise is named in public.
fn names(form: &FormState, enterprise: &str) -> AnyView {
    let choices = vec![
        (PublicDisplay::Name.as_str(), t!("公开全称：{name}", name = enterprise)),
        (PublicDisplay::Partial.as_str(), t!("部分公开：{name}", name = partial_name(enterprise))),
        (PublicDisplay::Anonymous.as_str(), t!("匿名：爱心企业").to_owned()),
    ];
    radios(form, "public_display", (t!("公众看到的名称"), None), choices)
}

/// A step that asks for nothing.
fn button(
    visit: &Visit,
    read: &Pairing,
    action: &'static str,
    (label, says, class): (&'static str, &'static str, &'static str),
) -> AnyView {
    view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="row" value=action />
            <input type="hidden" name="version" value=read.version />
            <p class="soft">{says}</p>
            <button class=class name="action" value=action>{label}</button>
        </form>
    }
    .into_any()
}

/// A step that wants a reason: opened before it can be pressed.
fn reasoned(
    visit: &Visit,
    read: &Pairing,
    action: &'static str,
    (label, says): (&'static str, impl Into<String>),
) -> AnyView {
    let says: String = says.into();
    let form = own(visit, action);
    let open = visit.form.as_ref().is_some_and(|form| form.value("row") == action);
    view! {
        <details class="more" open=open>
            <summary>{label}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value=action />
                <input type="hidden" name="version" value=read.version />
                <p class="soft">{says}</p>
                {Field::new(&form, "reason", t!("原因")).of_row(action).area(3)}
                <button class="button danger" name="action" value=action>{label}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The latest terms, and what they change.
fn terms(read: &Pairing) -> Option<AnyView> {
    let latest = read.terms.first()?;
    let changes = read.changes.iter().map(|change| {
        let side = |label: &'static str, words: &str, class: &'static str| {
            let said = if words.is_empty() { t!("（无）").to_owned() } else { words.to_owned() };
            view! { <div class=class><dt>{label}</dt><dd>{said}</dd></div> }
        };
        view! {
            <li>
                <h3>{text(change.part.label())}</h3>
                <dl>{side(t!("原来"), &change.before, "was")}{side(t!("改为"), &change.after, "now")}</dl>
            </li>
        }
    });
    let open = read.row.status == PairingStatus::Proposed;
    let changes = (!read.changes.is_empty()).then(|| {
        view! {
            <details class="more" open=open>
                <summary>{t!("和上一稿比，改了 {n} 处", n = read.changes.len())}</summary>
                <ol class="changes">{changes.collect_view()}</ol>
            </details>
        }
    });
    let earlier = read.terms.iter().skip(1).map(|version| {
        view! { <li>{t!("第 {n} 稿，{by}，{at}", n = version.number, by = version.by, at = instant(version.at))}</li> }
    });
    let earlier = (read.terms.len() > 1).then(|| view! { <ul class="soft">{earlier.collect_view()}</ul> });
    Some(
        view! {
            <section class="card" id="terms">
                <h2>{t!("条款（第 {n} 稿）", n = latest.number)}</h2>
                <p class="soft">{t!("{by}提出，{at}", by = latest.by, at = instant(latest.at))}</p>
                {changes}
                {words_of(latest)}
                {earlier}
            </section>
        }
        .into_any(),
    )
}

fn words_of(version: &TermsVersion) -> AnyView {
    let terms = &version.terms;
    let fields = terms.fields.iter().map(|field| view! { <span class="tag">{text(field.label())}</span> });
    let joint = terms.joint.as_ref().map(|joint| {
        let village = joint.village_percent.unwrap_or_default();
        let ready = |of: Option<domain::need::Readiness>| of.map(|of| text(of.label())).unwrap_or_default();
        view! {
            <dt>{t!("份额")}</dt>
            <dd>{t!("村里 {village}%，企业 {enterprise}%", village = village, enterprise = 100_u8.saturating_sub(village))}</dd>
            <dt>{t!("共建中村里负责")}</dt><dd class="typed">{joint.village_duties.clone()}</dd>
            <dt>{t!("共建中企业负责")}</dt><dd class="typed">{joint.enterprise_duties.clone()}</dd>
            <dt>{t!("用地")}</dt><dd>{ready(joint.land)}</dd>
            <dt>{t!("手续")}</dt><dd>{ready(joint.permits)}</dd>
            <dt>{t!("用地和手续的说明")}</dt><dd class="typed">{joint.note.clone()}</dd>
        }
    });
    view! {
        <dl class="facts">
            <dt>{t!("形式")}</dt><dd>{text(terms.form.label())}</dd>
            <dt>{t!("期限")}</dt><dd>{t!("{from} 至 {until}", from = date(terms.first_day), until = date(terms.last_day))}</dd>
            <dt>{t!("终止的提前通知期")}</dt><dd>{leaving::days(terms.notice_days)}</dd>
            <dt>{t!("参与领域")}</dt><dd class="tags">{fields.collect_view()}</dd>
            <dt>{t!("结对要做成什么")}</dt><dd class="typed">{terms.purpose.clone()}</dd>
            <dt>{t!("企业做什么")}</dt><dd class="typed">{terms.enterprise_does.clone()}</dd>
            <dt>{t!("村、镇做什么")}</dt><dd class="typed">{terms.places_do.clone()}</dd>
            {joint}
        </dl>
    }
    .into_any()
}

/// The text that was approved, what is said to it, and the stamped paper.
fn agreement(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    let agreement = read.agreement.as_ref()?;
    let pdf = format!("/api/v1/pairings/{}/agreement.pdf", read.row.id);
    let name = (agreement.enterprise_name != read.row.enterprise_name).then(|| {
        view! { <p class="note">{t!("签约时企业的名称：{name}", name = agreement.enterprise_name)}</p> }
    });
    let confirm = read.may.steps.contains(&PairingStep::Confirm).then(|| confirm(visit, read, &agreement.hash));
    let send = read.may.steps.contains(&PairingStep::SendPaper).then(|| send_paper(visit));
    Some(
        view! {
            <section class="card" id="agreement">
                <h2>{t!("协议书")}</h2>
                <p><a class="button quiet" href=pdf>{t!("打开协议书（PDF）")}</a></p>
                <p class="soft">{t!("{at} 审核通过。文本校验 {hash}", at = instant(agreement.approved_at), hash = &agreement.hash[..agreement.hash.len().min(16)])}</p>
                {name}{confirm}{papers(visit, read)}{send}
            </section>
        }
        .into_any(),
    )
}

fn confirm(visit: &Visit, read: &Pairing, hash: &str) -> AnyView {
    let form = own(visit, "confirm");
    let note = read.may.says_how.then(|| how_known(&form, "confirm"));
    view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="row" value="confirm" />
            <input type="hidden" name="hash" value=hash.to_owned() />
            <p>{t!("请负责人打开协议书核对。这里是确认文本，不是签名；盖章的纸质协议书才是协议。确认时要再输一次密码。")}</p>
            {note}
            <button class="button" name="action" value="confirm">{t!("确认协议书")}</button>
        </form>
    }
    .into_any()
}

fn papers(visit: &Visit, read: &Pairing) -> AnyView {
    let rows = read.papers.iter().map(|paper| {
        let pictures = paper.pictures.iter().enumerate().map(|(n, picture)| {
            view! { <a href=format!("/api/v1/files/{picture}")>{t!("第 {n} 页", n = n + 1)}</a>" " }
        });
        let state = match (paper.accepted_at, paper.current) {
            (Some(at), _) => t!("已核对，{at}", at = instant(at)),
            (None, true) => t!("等对方或工商联核对").to_owned(),
            (None, false) => t!("属于以前的文本").to_owned(),
        };
        let accept = paper.may_accept.then(|| {
            view! {
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="row" value="accept-paper" />
                    <input type="hidden" name="paper" value=paper.id.to_string() />
                    <p>{t!("请对照协议书逐页核对：文字一致、各方都盖了章。核对后就是签约。")}</p>
                    <button class="button" name="action" value="accept-paper">{t!("核对无误，签约")}</button>
                </form>
            }
        });
        view! {
            <li>
                <span class="what">
                    <b>{t!("盖章的协议书")}</b>
                    <span class="soft">{t!("{by}上传，{at}", by = paper.by, at = instant(paper.at))}" · "{state}</span>
                    <span>{pictures.collect_view()}</span>
                    {accept}
                </span>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

fn send_paper(visit: &Visit) -> AnyView {
    let form = own(visit, "paper");
    view! {
        <form method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="row" value="paper" />
            <input type="hidden" name="id" value=id_of(visit, &form) />
            {pictures(&form, "paper", t!("盖章协议书的照片（1 至 12 张）"), t!("打印、各方盖章后逐页拍照。只给结对的各方、工商联和审计看。"))}
            <button class="button" name="action" value="paper">{t!("上传盖章的协议书")}</button>
        </form>
    }
    .into_any()
}

/// Pictures of one of the page's forms; those that were uploaded already are carried along.
pub fn pictures(form: &FormState, row: &str, label: &'static str, hint: &'static str) -> AnyView {
    let kept: Vec<String> = form.all("kept_pictures").into_iter().map(str::to_owned).collect();
    let uploaded = kept.len();
    let kept = kept.into_iter().map(|id| view! { <input type="hidden" name="kept_pictures" value=id /> });
    let id = format!("pictures-{row}");
    let hint_id = format!("{id}-hint");
    view! {
        {kept.collect_view()}
        {(uploaded > 0).then(|| view! { <p class="soft">{t!("已上传 {n} 张照片", n = uploaded)}</p> })}
        <div class="field" class:wrong=form.problem("pictures").is_some()>
            <label for=id.clone()>{label}</label>
            <p class="hint" id=hint_id.clone()>{hint}</p>
            {problem(form, "pictures")}
            <input id=id name="pictures" type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                aria-describedby=hint_id />
        </div>
    }
    .into_any()
}

/// What the enterprise gave to the villages since the first day.
fn given(read: &Pairing) -> Option<AnyView> {
    let begun = matches!(
        read.row.status,
        PairingStatus::Active | PairingStatus::Renewed | PairingStatus::Ended | PairingStatus::Terminated
    );
    if !begun {
        return None;
    }
    let given = &read.given;
    let gifts = given.gifts.iter().map(|gift| {
        let link = href(&format!("/needs/{}", gift.need_code));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what"><b>{gift.need_title.clone()}</b><span class="soft">{t!("到账 {amount}", amount = money::exact(gift.money.arrived))}</span></span>
                    <span class="amount">{money::headline(gift.money.pledged)}</span>
                </a>
            </li>
        }
    });
    let gifts = if given.gifts.is_empty() {
        view! { <p class="soft">{t!("还没有认捐。")}</p> }.into_any()
    } else {
        view! { <ul class="rows" id="gifts">{gifts.collect_view()}</ul> }.into_any()
    };
    let hidden = given.without_hidden.then(|| view! { <p class="note">{t!("企业没有向您公开的捐赠不在这里。")}</p> });
    Some(
        view! {
            <section class="card" id="given">
                <h2>{t!("期间的捐赠和承诺")}</h2>
                <p class="soft">{t!("从起始日期起，企业对这些村的公开需求的认捐和承诺。都由企业自己决定，不是协议的任务。")}</p>
                {four(&given.money, given.as_of, rows_at(["#gifts"; 4]))}
                {gifts}{hidden}
            </section>
            {totals(&given.commitments, t!("期间企业对这些村的承诺。").to_owned())}
        }
        .into_any(),
    )
}
