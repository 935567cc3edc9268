//! The agreement on the page of a pairing: its text, what the sides say to it, and the stamped paper.

use super::pairing::{id_of, own};
use crate::parts::field::{Field, problem};
use crate::visit::{FormState, Visit};
use crate::words::{href, instant};
use domain::api::pairings::Pairing;
use domain::pairing::PairingStep;
use leptos::prelude::*;

/// The text that was approved, what is said to it, and the stamped paper.
pub fn agreement(visit: &Visit, read: &Pairing) -> Option<AnyView> {
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

/// How whoever speaks for somebody knows what he wants.
pub fn how_known(form: &FormState, row: &str) -> AnyView {
    Field::new(form, "note", t!("怎样知道他们同意"))
        .hint(t!("这个村（镇）在平台上没有账号。如“7 月 2 日村民代表会议通过，会议记录存镇政府”。"))
        .of_row(row)
        .area(2)
}
