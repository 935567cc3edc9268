//! What may be done to a gift of goods and to its hand-overs, each step as a form of its own.

use super::goods_gift_rests::{release, unbind, write_off};
use super::pairing::{id_of, own, pictures};
use crate::parts::field::{Field, problem, radios, tick};
use crate::visit::{FormState, Visit};
use crate::words::{href, text};
use domain::api::goods::{GoodsGift, GoodsGiftLine, GoodsHandOver};
use domain::goods::{GoodsHandOverStep, GoodsStep, Quantity, ValuationBasis};
use domain::pledge::PublicDisplay;
use leptos::prelude::*;

/// A form of the page: which step it is, what it says, what it asks, and its button.
pub fn step(
    visit: &Visit,
    (row, label, quiet): (&'static str, &'static str, bool),
    says: &'static str,
    (version, asked): (i32, AnyView),
) -> AnyView {
    let class = if quiet { "button quiet" } else { "button" };
    view! {
        <form method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="row" value=row />
            <input type="hidden" name="version" value=version />
            <p class="soft">{says}</p>
            {asked}
            <button class=class name="action" value=row>{label}</button>
        </form>
    }
    .into_any()
}

/// The same behind a fold, for what is rarely done.
pub fn folded(summary: &'static str, open: bool, form: AnyView) -> AnyView {
    view! { <details open=open><summary>{summary}</summary>{form}</details> }.into_any()
}

pub fn reason(visit: &Visit, row: &'static str) -> AnyView {
    let form = own(visit, row);
    Field::new(&form, "reason", t!("原因")).of_row(row).area(2)
}

/// Whether this form of the page was refused.
pub fn refused(visit: &Visit, row: &str) -> bool {
    visit.form.as_ref().is_some_and(|form| form.value("row") == row)
}

/// What waits for the reader.
pub fn steps(visit: &Visit, gift: &GoodsGift) -> Option<AnyView> {
    let parts: Vec<AnyView> = gift.may.iter().map(|next| one(visit, gift, *next)).collect();
    (!parts.is_empty())
        .then(|| view! { <section class="card steps" id="now"><h2>{t!("下一步")}</h2>{parts}</section> }.into_any())
}

fn one(visit: &Visit, gift: &GoodsGift, next: GoodsStep) -> AnyView {
    let version = gift.version;
    let with_reason = |row: &'static str, label: &'static str, says: &'static str| {
        let form = step(visit, (row, label, true), says, (version, reason(visit, row)));
        folded(label, refused(visit, row), form)
    };
    let plain = |row: &'static str, label: &'static str, quiet: bool, says: &'static str| {
        step(visit, (row, label, quiet), says, (version, ().into_any()))
    };
    match next {
        GoodsStep::Withdraw => with_reason("withdraw", t!("撤回捐赠"), t!("慈善组织接受以前可以撤回。")),
        GoodsStep::Inspect => inspect(visit, gift),
        GoodsStep::SendBack => {
            with_reason("send-back", t!("退回重新验收"), t!("数量、折款或依据不对的，写明要核对什么，由经办重新验收。"))
        }
        GoodsStep::Confirm => plain(
            "confirm",
            t!("确认接受，物资入账"),
            false,
            t!("请对照实物和依据核对下面的数量、折款。确认后物资入账，捐赠方收到确认函；指定了需求的同时安排给它。"),
        ),
        GoodsStep::Refuse => with_reason("refuse", t!("不接受"), t!("捐赠方会看到原因。")),
        GoodsStep::SetAside => set_aside(visit, version),
        GoodsStep::HandOver => hand_over(visit, gift),
        GoodsStep::Release => release(visit, gift),
        GoodsStep::WriteOff => write_off(visit, gift),
        GoodsStep::Unbind => unbind(visit, gift),
        GoodsStep::AskReversal => with_reason(
            "ask-reversal",
            t!("申请冲正"),
            t!("接受错了的，写明原因，由另一人确认。还没有移交的才能冲正；冲正后折款不再计入，捐赠方会收到通知。"),
        ),
        GoodsStep::Reverse => plain(
            "reverse",
            t!("确认冲正"),
            false,
            t!("请核对原因。确认后这份物资的入账和安排都按原来的金额反方向记一次，折款不再计入。"),
        ),
        GoodsStep::DropReversal => plain("drop-reversal", t!("不冲正"), true, t!("原来的接受没有错的，选不冲正。")),
        GoodsStep::ChangeDisplay => display(visit, gift),
    }
}

/// The value of a list of fields as it was typed, or what is proposed.
fn typed(form: &FormState, name: &str, n: usize, proposed: String) -> String {
    form.all(name).get(n).map_or(proposed, |value| (*value).to_owned())
}

fn inspect(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let mut form = own(visit, "inspect");
    if form.value("basis").is_empty() {
        form.set("basis", gift.basis.as_str());
    }
    let rows = gift.lines.iter().enumerate().map(|(n, line)| {
        let id = format!("line_{n}-inspect");
        let (value_id, condition_id) = (format!("unit_value_{n}"), format!("condition_{n}"));
        let field = format!("line_{n}");
        let price = line.unit_value_fen.unwrap_or_default().to_input();
        view! {
            <li class="asked" class:wrong=form.problem(&field).is_some()>
                {problem(&form, &field)}
                <p class="label">{t!("{name}，捐赠 {quantity} {unit}", name = line.name, quantity = line.quantity, unit = line.unit)}</p>
                <div class="field">
                    <label for=id.clone()>{t!("接受的数量")}</label>
                    <input id=id name="accepted" inputmode="decimal" autocomplete="off"
                        value=typed(&form, "accepted", n, line.quantity.to_string()) />
                </div>
                <div class="field">
                    <label for=value_id.clone()>{t!("核定的单价（元）")}</label>
                    <input id=value_id name="unit_value" inputmode="decimal" autocomplete="off"
                        value=typed(&form, "unit_value", n, price) />
                </div>
                <div class="field">
                    <label for=condition_id.clone()>{t!("验收情况（没有全部接受的必填）")}</label>
                    <input id=condition_id name="condition" maxlength="300" autocomplete="off"
                        value=typed(&form, "condition", n, line.condition.clone()) />
                </div>
            </li>
        }
    });
    let bases = ValuationBasis::ALL.iter().map(|basis| (basis.as_str(), text(basis.label()))).collect();
    let asked = view! {
        <div class="field" id="lines-inspect">{problem(&form, "lines")}<ol class="items">{rows.collect_view()}</ol></div>
        {Field::new(&form, "received_on", t!("收到日期")).of_row("inspect").input("date", "none", "off")}
        {radios(&form, "basis", (t!("核定的依据"), None), bases)}
        {Field::new(&form, "value_reason", t!("折款或依据和捐赠方写的不同的，写明原因"))
            .of_row("inspect")
            .area(2)}
    };
    let says = t!("逐项清点：接受多少、什么情况、核定多少。不能多于捐赠的数量。登记后由另一人复核，复核以前没有入账。");
    step(visit, ("inspect", t!("登记验收"), false), says, (gift.version, asked.into_any()))
}

fn set_aside(visit: &Visit, version: i32) -> AnyView {
    let form = own(visit, "set-aside");
    let asked = Field::new(&form, "need_code", t!("需求编号"))
        .hint(t!("一条可以接受物资的公开需求，如 XQ-441424-2026-1。"))
        .of_row("set-aside")
        .input("text", "text", "off");
    let says = t!("捐赠方没有指定需求，或已同意改用，由慈善组织在活动宗旨内安排。还没有移交的全部安排给它。");
    step(visit, ("set-aside", t!("安排给这条需求"), false), says, (version, asked))
}

/// A line by its place and name, with how much at most and its unit.
type Bound = (usize, String, Quantity, String);

/// What is left of each line.
pub fn left(gift: &GoodsGift) -> Vec<Bound> {
    let bound = |(n, line): (usize, &GoodsGiftLine)| (n, line.name.clone(), line.left(), line.unit.clone());
    gift.lines.iter().enumerate().map(bound).collect()
}

/// One quantity for each line, with what is the most, which stands there already where that is what is usual.
pub fn quantities(
    form: &FormState,
    name: &'static str,
    row: &str,
    (lines, most_is_usual): (Vec<Bound>, bool),
) -> AnyView {
    let rows = lines.into_iter().map(|(n, name_of, most, unit)| {
        let proposed = if most_is_usual { most } else { Quantity::ZERO };
        let field = format!("line_{n}");
        let id = format!("{field}-{row}");
        view! {
            <li class="item" class:wrong=form.problem(&field).is_some()>
                {problem(form, &field)}
                <label for=id.clone()>{t!("{name}（最多 {quantity} {unit}）", name = name_of, quantity = most, unit = unit)}</label>
                <input id=id name=name inputmode="decimal" autocomplete="off" value=typed(form, name, n, proposed.to_string()) />
            </li>
        }
    });
    view! {
        <div class="field" id=format!("lines-{row}")>{problem(form, "lines")}<ol class="items">{rows.collect_view()}</ol></div>
    }
    .into_any()
}

fn hand_over(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let form = own(visit, "hand-over");
    let asked = view! {
        <input type="hidden" name="id" value=id_of(visit, &form) />
        {quantities(&form, "quantity", "hand-over", (left(gift), true))}
        {Field::new(&form, "happened_on", t!("移交日期")).of_row("hand-over").input("date", "none", "off")}
        {Field::new(&form, "place", t!("在哪里移交")).of_row("hand-over").text()}
        {Field::new(&form, "note", t!("说明（可以不填）")).of_row("hand-over").area(2)}
        {pictures(&form, "hand-over", t!("移交的照片或签收单（1 至 12 张）"), t!("只给慈善组织、受助的村和审计看，不公开。请不要拍到孩子的脸和身份证件。"))}
    };
    let says = t!("可以分几次移交，没有带去的写 0。村里确认实际收到多少，再由另一人核对。");
    step(visit, ("hand-over", t!("登记移交"), false), says, (gift.version, asked.into_any()))
}

fn display(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let mut form = own(visit, "display");
    if !refused(visit, "display") {
        form.set("public_display", gift.public_display.as_str());
        form.set("show_value", if gift.show_value { "1" } else { "" });
    }
    let choices = PublicDisplay::ALL.iter().map(|choice| (choice.as_str(), text(choice.label()))).collect();
    let asked = view! {
        {radios(&form, "public_display", (t!("公众看到的名称"), None), choices)}
        {tick(&form, "show_value", t!("公开折款（不公开的，不计入公开的物资折款）"))}
    };
    let says = t!("改了立即生效。已经被别人抄录、转发的，我们收不回来。");
    let form = step(visit, ("display", t!("更改公开方式"), true), says, (gift.version, asked.into_any()));
    folded(t!("更改公开方式"), refused(visit, "display"), form)
}

/// What may be done to one hand-over.
pub fn hand_over_steps(visit: &Visit, gift: &GoodsGift, hand_over: &GoodsHandOver) -> Vec<AnyView> {
    let id = hand_over.id.to_string();
    let hidden = || view! { <input type="hidden" name="hand_over" value=id.clone() /> };
    let one = |next: &GoodsHandOverStep| match next {
        GoodsHandOverStep::Receive => {
            let form = own(visit, "receive");
            let lines = hand_over.lines.iter().enumerate().map(|(n, line)| {
                let of = gift.lines.get(n);
                let (name, unit) = of.map(|line| (line.name.clone(), line.unit.clone())).unwrap_or_default();
                (n, name, line.quantity, unit)
            });
            let asked = view! {
                {hidden()}
                {quantities(&form, "received", "receive", (lines.collect(), true))}
                {Field::new(&form, "note", t!("和登记的不一样的，写明情况")).of_row("receive").area(2)}
            };
            let says = t!("请逐项清点，写实际收到的数量。");
            step(visit, ("receive", t!("确认收到"), false), says, (gift.version, asked.into_any()))
        }
        GoodsHandOverStep::Object => {
            let asked = view! { {hidden()}{reason(visit, "object")} };
            let says = t!("没有收到，或者东西不对的，写明情况，由慈善组织重新办理。");
            let form = step(visit, ("object", t!("有异议"), true), says, (gift.version, asked.into_any()));
            folded(t!("有异议"), refused(visit, "object"), form)
        }
        GoodsHandOverStep::Accept => {
            let says = t!("请核对照片和村里确认的数量。通过后，村里收到的部分算作已移交。");
            step(visit, ("accept", t!("核对通过"), false), says, (gift.version, hidden().into_any()))
        }
        GoodsHandOverStep::Refuse => {
            let asked = view! { {hidden()}{reason(visit, "refuse-hand-over")} };
            let says = t!("登记有误的，写明原因，由经办重新登记，村里再确认一次。");
            let form =
                step(visit, ("refuse-hand-over", t!("核对不通过"), true), says, (gift.version, asked.into_any()));
            folded(t!("核对不通过"), refused(visit, "refuse-hand-over"), form)
        }
    };
    hand_over.may.iter().map(one).collect()
}
