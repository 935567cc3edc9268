//! Donation agreements: the list of a side, asking for one, and one with its text, its confirmations and its papers.

use super::pairing::{id_of, own, pictures};
use crate::parts::field::{Field, summary, summary_of_row};
use crate::parts::money;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::agreement::AgreementSide;
use domain::api::agreements::{self, AgreementQuery, AgreementRow, GiftAgreement};
use domain::api::pledges;
use domain::api::{ApiError, ErrorCode};
use domain::organisation::Role;
use domain::{AgreementId, PledgeId};
use leptos::prelude::*;

/// Who has agreements of his own to see to.
pub const SIDES: [Role; 6] = [
    Role::EnterpriseOwner,
    Role::EnterpriseOperator,
    Role::CharityMaker,
    Role::CharityChecker,
    Role::CharityPayer,
    Role::CharityOwner,
];
/// Who may ask for one and write its text.
pub const WRITERS: [Role; 3] = [Role::EnterpriseOwner, Role::EnterpriseOperator, Role::CharityMaker];

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let waiting = visit.query("waiting") == Some("true");
    let after = visit.query("after").map(str::to_owned);
    let query = AgreementQuery { waiting: waiting.then_some(true), pledge: None, after };
    let list = visit.call(agreements::list(&query)).await?;
    let choices = [(t!("全部").to_owned(), false), (t!("等我们办（{n}）", n = list.waiting), true)];
    let filters = choices.map(|(label, only)| {
        let path = if only { "/agreements?waiting=true" } else { "/agreements" };
        let here = (only == waiting).then_some("true");
        view! { <a class="button quiet" href=href(path) aria-current=here>{label}</a> }
    });
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend(waiting.then(|| ("waiting", "true".to_owned())));
        let link = href(&format!("/agreements?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("捐赠协议")}</h1>
        <p class="soft">{t!("在一笔认捐的页面上起草。双方在系统里确认同一份文本，或一方上传盖章的协议、另一方核对，就算签订。")}</p>
        {visit.has(&SIDES).then(|| view! { <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav> })}
        {rows(&list.items, waiting)}
        {next}
    };
    Ok(Page::new(t!("捐赠协议"), body.into_any()))
}

fn rows(items: &[AgreementRow], waiting: bool) -> AnyView {
    if items.is_empty() {
        let says =
            if waiting { t!("没有等您这一方办的捐赠协议。") } else { t!("还没有捐赠协议。") };
        return view! { <p class="card empty">{says}</p> }.into_any();
    }
    let rows = items.iter().map(|row| {
        let link = href(&format!("/agreements/{}", row.id));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        {tags(row)}
                        <b>{t!("{enterprise}与{charity}", enterprise = row.enterprise_name, charity = row.charity_name)}</b>
                        <span class="soft">{row.reference.to_string()}" · "{row.campaign_name.clone()}" · "{instant(row.changed_at)}</span>
                    </span>
                    <span class="amount">{money::headline(row.amount_fen)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn tags(row: &AgreementRow) -> AnyView {
    let state = if let Some(way) = row.agreed_way {
        t!("已签订（{way}）", way = text(way.label()))
    } else {
        t!("协商中（第 {n} 稿）", n = row.number)
    };
    let waits = row.waits.then(|| view! { <span class="tag status">{t!("等您办")}</span> });
    view! { <span class="tags"><span class="tag">{state}</span>{waits}</span> }.into_any()
}

/// Asking for an agreement on a pledge.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let typed = visit.form.as_ref().map(|form| form.value("pledge").to_owned()).filter(|typed| !typed.is_empty());
    let id = typed.or_else(|| visit.query("pledge").map(str::to_owned)).unwrap_or_default();
    let id: PledgeId = id.parse().map_err(|_| not_found())?;
    let pledge = visit.call(pledges::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let back = href(&format!("/pledges/{id}"));
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=back.clone()>{t!("认捐 {reference}", reference = pledge.reference)}</a>
        </nav>
        <h1>{t!("起草捐赠协议")}</h1>
        <p>{t!("协议书由平台按这笔认捐生成：双方、金额、用途、分期、收款账户、公开的方式，以及法律对自愿、履行和改变用途的规定。")}</p>
        <p>{t!("签订以后认捐的金额不能更改，也不能取消。是否签协议由双方决定，不签也可以按认捐汇款。")}</p>
        <dl class="facts card">
            <dt>{t!("认捐的企业")}</dt><dd>{pledge.enterprise_name.clone()}</dd>
            <dt>{t!("慈善组织")}</dt><dd>{pledge.charity_name.clone()}</dd>
            <dt>{t!("认捐金额")}</dt><dd>{money::exact(pledge.amount_fen)}</dd>
        </dl>
        <form class="long" method="post" action=href("/agreements/new")>
            <input type="hidden" name="id" value=id_of(visit, form) />
            <input type="hidden" name="pledge" value=id.to_string() />
            {extra(form)}
            <div class="buttons">
                <button class="button">{t!("生成协议书，请双方确认")}</button>
                <a class="button quiet" href=back>{t!("先不签")}</a>
            </div>
        </form>
    };
    Ok(Page::new(t!("起草捐赠协议"), body.into_any()))
}

fn extra(form: &FormState) -> AnyView {
    Field::new(form, "extra", t!("补充约定（可以不填）"))
        .hint(t!("如“项目立牌注明捐赠方”“完工后办交接仪式”。最多 1000 字，不能改金额。"))
        .area(5)
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "asked" => t!("协议书已生成，对方会收到通知。请负责人确认。"),
        "written" => t!("已换成新的一稿，双方都要重新确认。"),
        "confirmed" => t!("已确认协议书。"),
        "paper-sent" => t!("已上传，等对方核对。"),
        "made" => t!("捐赠协议已签订，双方会收到通知。"),
        _ => return None,
    })
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: AgreementId = id.parse().map_err(|_| not_found())?;
    let read = visit.call(agreements::get(id)).await?;
    let row = &read.row;
    let done = visit.query("done").and_then(done_message);
    let title = t!("捐赠协议 {reference}", reference = row.reference);
    let pledge = href(&format!("/pledges/{}", row.pledge));
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/agreements")>{t!("捐赠协议")}</a>
            <a href=pledge>{t!("认捐 {reference}", reference = row.reference)}</a>
        </nav>
        <h1>{title.clone()}</h1>
        <p>{tags(row)}</p>
        <div class="two">
            <div>{document(&read)}{confirm(visit, &read)}{papers(visit, &read)}{send_paper(visit, &read)}{write(visit, &read)}</div>
            <aside>{facts(&read)}{texts(&read)}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn document(read: &GiftAgreement) -> AnyView {
    let pdf = format!("/api/v1/agreements/{}/agreement.pdf", read.row.id);
    let extra = (!read.extra.is_empty()).then(|| {
        view! { <h3>{t!("补充约定")}</h3><p class="typed">{read.extra.clone()}</p> }
    });
    let made = read.row.agreed_at.map(|at| {
        view! { <p class="note">{t!("{at} 签订。认捐的金额不再更改，也不能取消；经营严重困难的，可以凭材料申请豁免。", at = instant(at))}</p> }
    });
    view! {
        <section class="card" id="agreement">
            <h2>{t!("协议书（第 {n} 稿）", n = read.row.number)}</h2>
            <p><a class="button quiet" href=pdf>{t!("打开协议书（PDF）")}</a></p>
            <p class="soft">{t!("文本校验 {hash}", hash = &read.hash[..read.hash.len().min(16)])}</p>
            {extra}{made}
        </section>
    }
    .into_any()
}

fn confirm(visit: &Visit, read: &GiftAgreement) -> Option<AnyView> {
    read.may.confirm.then(|| {
        view! {
            <section class="card">
                <h2>{t!("确认文本")}</h2>
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="row" value="confirm" />
                    <input type="hidden" name="hash" value=read.hash.clone() />
                    <p>{t!("请先打开协议书核对。双方各由一位负责人确认同一份文本，协议就签订了。这里是确认，不是签名；需要盖章的，请用下面的纸质协议。确认时可能要再输一次密码。")}</p>
                    <button class="button" name="action" value="confirm">{t!("确认协议书")}</button>
                </form>
            </section>
        }
        .into_any()
    })
}

fn papers(visit: &Visit, read: &GiftAgreement) -> Option<AnyView> {
    if read.papers.is_empty() {
        return None;
    }
    let rows = read.papers.iter().map(|paper| {
        let pictures = paper.pictures.iter().enumerate().map(|(n, picture)| {
            view! { <a href=format!("/api/v1/files/{picture}")>{t!("第 {n} 页", n = n + 1)}</a>" " }
        });
        let state = match (paper.accepted_at, paper.current) {
            (Some(at), _) => t!("已核对，{at}", at = instant(at)),
            (None, true) => t!("等对方核对").to_owned(),
            (None, false) => t!("属于以前的文本").to_owned(),
        };
        let accept = paper.may_accept.then(|| {
            view! {
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="row" value="accept-paper" />
                    <input type="hidden" name="paper" value=paper.id.to_string() />
                    <p>{t!("请对照协议书逐页核对：文字一致、双方都盖了章。核对后就是签约。")}</p>
                    <button class="button" name="action" value="accept-paper">{t!("核对无误，签约")}</button>
                </form>
            }
        });
        view! {
            <li>
                <span class="what">
                    <b>{t!("盖章的协议书")}</b>
                    <span class="soft">{t!("{side}上传，{at}", side = text(paper.side.label()), at = instant(paper.at))}" · "{state}</span>
                    <span>{pictures.collect_view()}</span>
                    {accept}
                </span>
            </li>
        }
    });
    Some(
        view! {
            <section class="card"><h2>{t!("盖章的纸质协议")}</h2><ul class="rows">{rows.collect_view()}</ul></section>
        }
        .into_any(),
    )
}

fn send_paper(visit: &Visit, read: &GiftAgreement) -> Option<AnyView> {
    let form = own(visit, "paper");
    read.may.write.then(|| {
        view! {
            <section class="card">
                <h2>{t!("上传盖章的纸质协议")}</h2>
                <form method="post" enctype="multipart/form-data" action=href(&visit.path)>
                    <input type="hidden" name="row" value="paper" />
                    <input type="hidden" name="id" value=id_of(visit, &form) />
                    <input type="hidden" name="hash" value=read.hash.clone() />
                    {pictures(&form, "paper", t!("盖章协议书的照片（1 至 12 张）"), t!("打印协议书、双方盖章后逐页拍照。只给这家企业、这家慈善组织和审计看，不公开。"))}
                    <button class="button quiet" name="action" value="paper">{t!("上传，请对方核对")}</button>
                </form>
            </section>
        }
        .into_any()
    })
}

fn write(visit: &Visit, read: &GiftAgreement) -> Option<AnyView> {
    let mut form = own(visit, "write");
    if visit.form.as_ref().is_none_or(|form| form.value("row") != "write") {
        form.set("extra", read.extra.clone());
    }
    let open = form.problem("extra").is_some();
    read.may.write.then(|| {
        view! {
            <details class="card" open=open>
                <summary>{t!("改补充约定")}</summary>
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="row" value="write" />
                    <input type="hidden" name="number" value=read.row.number />
                    <p class="hint">{t!("改了就是新的一稿，已经作出的确认作废，双方重新确认。")}</p>
                    {Field::new(&form, "extra", t!("补充约定（可以不填）")).of_row("write").area(5)}
                    <button class="button quiet" name="action" value="write">{t!("换成新的一稿")}</button>
                </form>
            </details>
        }
        .into_any()
    })
}

fn facts(read: &GiftAgreement) -> AnyView {
    let row = &read.row;
    let said = AgreementSide::ALL.iter().map(|side| {
        let at = read.confirmed.iter().find(|one| one.side == *side).map(|one| one.at);
        let says = at.map_or_else(|| t!("还没有确认这一稿").to_owned(), |at| t!("已确认，{at}", at = instant(at)));
        view! { <dt>{text(side.label())}</dt><dd>{says}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("认捐的企业")}</dt><dd>{row.enterprise_name.clone()}</dd>
                <dt>{t!("慈善组织")}</dt><dd>{row.charity_name.clone()}</dd>
                <dt>{t!("活动名称")}</dt><dd>{row.campaign_name.clone()}</dd>
                <dt>{t!("认捐金额")}</dt><dd>{money::exact(row.amount_fen)}</dd>
                <dt>{t!("认捐的状态")}</dt><dd>{text(row.pledge_status.label())}</dd>
                {said.collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

fn texts(read: &GiftAgreement) -> AnyView {
    let rows = read.texts.iter().map(|version| {
        let by = version.by.clone().unwrap_or_else(|| t!("认捐的内容改了").to_owned());
        let hash = &version.hash[..version.hash.len().min(16)];
        view! {
            <li>
                <span class="what">
                    <b>{t!("第 {n} 稿", n = version.number)}</b>
                    <span class="soft">{by}" · "{instant(version.at)}</span>
                    <span class="soft">{t!("文本校验 {hash}", hash = hash)}</span>
                </span>
            </li>
        }
    });
    view! { <section class="card"><h2>{t!("历次文本")}</h2><ul class="rows">{rows.collect_view()}</ul></section> }
        .into_any()
}
