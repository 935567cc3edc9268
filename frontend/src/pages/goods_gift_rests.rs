//! What becomes of given goods that are left: asking to take them back or to write them off, and what a second person says.

use super::goods_gift_steps::{folded, left, quantities, reason, refused, step};
use super::pairing::{id_of, own, pictures};
use crate::parts::field::{Field, radios};
use crate::parts::money;
use crate::visit::Visit;
use crate::words::{date, href, text};
use domain::api::goods::{GoodsGift, GoodsRest};
use domain::goods::{GoodsLossCause, GoodsRestKind, GoodsRestStep};
use leptos::prelude::*;

/// Asking to take back what is left.
pub fn release(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let form = own(visit, "release");
    let asked = view! { <input type="hidden" name="id" value=id_of(visit, &form) />{reason(visit, "release")} };
    let says =
        t!("这条需求用不上了的，把没有移交的部分全部收回，由另一人确认后可以安排给别的需求。捐赠方和村会看到原因。");
    let form = step(visit, ("release", t!("申请收回，另行安排"), true), says, (gift.version, asked.into_any()));
    folded(t!("收回，另行安排"), refused(visit, "release"), form)
}

/// Asking to write off what will never be handed over.
pub fn write_off(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let form = own(visit, "write-off");
    let causes = GoodsLossCause::ALL.iter().map(|cause| (cause.as_str(), text(cause.label()))).collect();
    let asked = view! {
        <input type="hidden" name="id" value=id_of(visit, &form) />
        {quantities(&form, "quantity", "write-off", (left(gift), false))}
        {radios(&form, "cause", (t!("为什么不能再移交"), None), causes)}
        {Field::new(&form, "found_on", t!("发现日期")).of_row("write-off").input("date", "none", "off")}
        {Field::new(&form, "reason", t!("经过和处理"))
            .hint(t!("怎么发现的、怎么处理的。捐赠方和村会看到，请写清楚。"))
            .of_row("write-off")
            .area(3)}
        {pictures(&form, "write-off", t!("照片或单据（有的请上传，最多 12 张）"), t!("只给慈善组织、捐赠方、受助的村和审计看，不公开。"))}
    };
    let says = t!(
        "损坏、丢失、过期或不能用，再也移交不了的，写明数量和原因，由另一人确认。报损以后不能改回，公开的页面会写明。"
    );
    let form = step(visit, ("write-off", t!("申请报损"), true), says, (gift.version, asked.into_any()));
    folded(t!("报损"), refused(visit, "write-off"), form)
}

/// Letting a gift go from the need that its giver had named.
pub fn unbind(visit: &Visit, gift: &GoodsGift) -> AnyView {
    let says = t!(
        "您指定了这条需求，物资只能用在这里。村里用不上的，您可以同意由慈善组织把没有移交的部分安排给别的需求；同意以后不能收回。"
    );
    let form = step(visit, ("unbind", t!("同意改用于其他需求"), true), says, (gift.version, ().into_any()));
    folded(t!("同意改用于其他需求"), refused(visit, "unbind"), form)
}

/// One of them, with what the reader may do.
pub fn one_rest(visit: &Visit, gift: &GoodsGift, rest: &GoodsRest) -> AnyView {
    let rows = rest.lines.iter().filter(|line| !line.quantity.is_zero()).map(|line| {
        let of = usize::try_from(line.line).ok().and_then(|n| gift.lines.get(n));
        let (name, unit) = of.map(|line| (line.name.clone(), line.unit.clone())).unwrap_or_default();
        view! { <li>{name}" "{line.quantity.to_string()}" "{unit}</li> }
    });
    let pictures = rest.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("照片 {n}", n = n + 1)}</a>" " }
    });
    let title = t!("{what}：{status}", what = text(rest.kind.label()), status = text(rest.status.label()));
    let cause = rest.cause.map(
        |cause| view! { <p>{text(cause.label())}{rest.found_on.map(|day| t!("，{day} 发现", day = date(day)))}</p> },
    );
    let need = rest.need.as_ref().map(|need| {
        view! { <p class="soft">{t!("原来安排给：")}<a href=href(&format!("/needs/{}", need.code))>{need.title.clone()}</a></p> }
    });
    let value = rest.value_fen.map(|value| view! { <p>{t!("折款 {value}", value = money::exact(value))}</p> });
    let decision = (!rest.decision.is_empty())
        .then(|| view! { <p class="typed">{t!("没有办的原因：")}{rest.decision.clone()}</p> });
    view! {
        <section class="card" id=format!("rest-{}", rest.number)>
            <h2>{title}</h2>
            <ul>{rows.collect_view()}</ul>
            {need}{cause}
            <p class="typed">{rest.reason.clone()}</p>
            {value}{decision}
            <p>{pictures.collect_view()}</p>
            {steps(visit, gift, rest)}
        </section>
    }
    .into_any()
}

fn steps(visit: &Visit, gift: &GoodsGift, rest: &GoodsRest) -> Vec<AnyView> {
    let id = rest.id.to_string();
    let hidden = || view! { <input type="hidden" name="rest" value=id.clone() /> };
    let one = |next: &GoodsRestStep| match next {
        GoodsRestStep::Confirm => {
            let (label, says) = match rest.kind {
                GoodsRestKind::Release => (
                    t!("确认收回"),
                    t!("请核对没有移交的数量。确认后这些物资等待安排给别的需求，捐赠方和村会收到通知。"),
                ),
                GoodsRestKind::WriteOff => (
                    t!("确认报损"),
                    t!("请核对实物、数量、原因和照片。确认后不能改回，捐赠方和村会收到通知，公开的页面会写明。"),
                ),
            };
            step(visit, ("confirm-rest", label, false), says, (gift.version, hidden().into_any()))
        }
        GoodsRestStep::Drop => {
            let asked = view! { {hidden()}{reason(visit, "drop-rest")} };
            let says = t!("申请不对或不需要了的，写明原因。物资还是原来的安排。");
            let form = step(visit, ("drop-rest", t!("不办"), true), says, (gift.version, asked.into_any()));
            folded(t!("不办"), refused(visit, "drop-rest"), form)
        }
    };
    rest.may.iter().map(one).collect()
}
