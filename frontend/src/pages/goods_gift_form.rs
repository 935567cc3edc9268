//! Offering goods, in two steps: fill in line by line, then read it back with its value and confirm.

use super::campaign_about::ended;
use super::pairing::pictures;
use super::pledge_form::receivers;
use crate::parts::field::{Field, problem, radios, sent_by_enter, summary, tick};
use crate::parts::recorded;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::campaigns::{self, Campaign};
use domain::api::goods;
use domain::api::needs;
use domain::api::{ApiError, ErrorCode};
use domain::goods::{GOODS_TERMS, GOODS_TERMS_VERSION, LINES_MAX, Quantity, ValuationBasis, worth};
use domain::organisation::Role;
use domain::pledge::{PublicDisplay, partial_name};
use domain::{Fen, GoodsGiftId};
use leptos::prelude::*;

/// Lines that stand open at first.
const AT_FIRST: usize = 3;
/// What is carried from the first step to the second, and back.
const CARRIED: [&str; 14] = [
    "id",
    "receiver",
    "need_code",
    "basis",
    "basis_note",
    "expires_on",
    "own_property",
    "conforms",
    "voluntary",
    "public_display",
    "show_value",
    "terms_version",
    "for_need",
    "lines",
];
const LINE: [&str; 4] = ["line_name", "line_quantity", "line_unit", "line_value"];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if let Some(page) = super::organisation::cannot_pledge_yet(visit) {
        return Ok(page);
    }
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let enterprise = me
        .acting_as(&[Role::EnterpriseOwner, Role::EnterpriseOperator])
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有已认证的企业账号可以捐物资"))?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    if visit.form.is_none()
        && let Some(asked) = visit.query("need")
    {
        let need = visit.call(needs::get(asked)).await?;
        form.set("need_code", need.code.unwrap_or_default());
    }
    let stored = match recorded::id::<GoodsGiftId>(&form) {
        Some(id) => visit.call(goods::get(id)).await.ok(),
        None => None,
    };
    let stored = stored.map(|gift| {
        let facts = vec![
            (t!("物资捐赠编号"), gift.row.reference.to_string()),
            (t!("物资"), gift.row.what.clone()),
            (t!("活动和慈善组织"), format!("{} · {}", gift.row.campaign_name, gift.row.charity_name)),
        ];
        recorded::under_this_id(&format!("/goods-gifts/{}", gift.row.id), facts)
    });
    let campaigns = visit.call(campaigns::list()).await?.items;
    let open: Vec<Campaign> = campaigns.into_iter().filter(|campaign| campaign.takes_pledges).collect();
    let body = if open.is_empty() {
        view! { <h1>{t!("捐物资")}</h1><p class="card empty">{t!("现在没有接受捐赠的活动。")}</p> }.into_any()
    } else if form.value("step") == "review" {
        review(visit, &form, &enterprise, &open).await
    } else {
        fill_in(&form, stored, &enterprise, &open)
    };
    Ok(Page::new(t!("捐物资"), body))
}

fn fill_in(form: &FormState, stored: Option<AnyView>, enterprise: &str, open: &[Campaign]) -> AnyView {
    let bases = ValuationBasis::ALL.iter().map(|basis| (basis.as_str(), text(basis.label()))).collect();
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/goods-gifts")>{t!("捐赠物资")}</a></nav>
        <h1>{t!("捐物资")}</h1>
        <p class="soft">{enterprise.to_owned()}</p>
        {summary(form)}{stored}
        <form class="long" method="post" enctype="multipart/form-data" action=href("/goods-gifts/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <input type="hidden" name="terms_version" value=GOODS_TERMS_VERSION />
            {sent_by_enter("review")}
            <fieldset class="card">
                <legend>{t!("捐给谁")}</legend>
                {Field::new(form, "receiver", t!("活动和接收捐赠的慈善组织")).select(t!("请选择"), receivers(open))}
                {ended(open)}
                {Field::new(form, "need_code", t!("给哪条需求（可以不填）"))
                    .hint(t!("填需求编号，如 XQ-441424-2026-1；不填的由慈善组织安排。"))
                    .input("text", "text", "off")}
                {problem(form, "need")}
            </fieldset>
            {lines(form)}
            <fieldset class="card">
                <legend>{t!("折款的依据")}</legend>
                {radios(form, "basis", (t!("单价按什么写"), None), bases)}
                {Field::new(form, "basis_note", t!("依据说明")).hint(t!("如发票号码、评估机构和报告号、询价的商家和日期。")).area(2)}
                {pictures(form, "goods", t!("依据的照片（1 至 12 张）"), t!("发票、评估报告或价目表。只给这家慈善组织、你们企业和审计看，不公开。"))}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("保质期和声明")}</legend>
                {Field::new(form, "expires_on", t!("保质期到哪天（没有保质期的不填）")).input("date", "none", "off")}
                {tick(form, "own_property", t!("物资是本单位的合法财产，有权处分"))}
                {tick(form, "conforms", t!("物资符合安全、卫生、环保等标准"))}
                {tick(form, "voluntary", t!("这次捐赠完全出于自愿，没有人摊派"))}
            </fieldset>
            {display(form, enterprise)}
            <section class="card">
                <h2>{t!("捐赠须知")}</h2>
                <ul class="terms">{GOODS_TERMS.iter().map(|line| view! { <li>{text(line)}</li> }).collect_view()}</ul>
                {problem(form, "terms_version")}
            </section>
            <div class="buttons"><button class="button" name="action" value="review">{t!("下一步：核对")}</button></div>
        </form>
    }
    .into_any()
}

/// The four texts of each line, as they were typed.
fn typed(form: &FormState) -> Vec<[String; 4]> {
    let columns = LINE.map(|name| form.all(name));
    let rows = columns.iter().map(Vec::len).max().unwrap_or_default();
    (0..rows).map(|n| std::array::from_fn(|c| columns[c].get(n).copied().unwrap_or_default().to_owned())).collect()
}

fn lines(form: &FormState) -> AnyView {
    let typed = typed(form);
    let shown = typed.len().clamp(AT_FIRST, LINES_MAX);
    let rows = (0..shown).map(|n| {
        let [name, quantity, unit, value] = typed.get(n).cloned().unwrap_or_default();
        let id = format!("line_{n}");
        let [quantity_id, unit_id, value_id] = ["quantity", "unit", "value"].map(|part| format!("line_{part}_{n}"));
        let wrong = form.problem(&id).is_some();
        view! {
            <li class="asked brief" class:wrong=wrong>
                {problem(form, &id)}
                <div class="field whole">
                    <label for=id.clone()>{t!("第 {n} 项：品名和规格", n = n + 1)}</label>
                    <input id=id name="line_name" value=name maxlength="60" autocomplete="off" />
                </div>
                <div class="field">
                    <label for=quantity_id.clone()>{t!("数量")}</label>
                    <input id=quantity_id name="line_quantity" value=quantity inputmode="decimal" autocomplete="off" />
                </div>
                <div class="field">
                    <label for=unit_id.clone()>{t!("单位（箱、吨、台等）")}</label>
                    <input id=unit_id name="line_unit" value=unit maxlength="10" autocomplete="off" />
                </div>
                <div class="field">
                    <label for=value_id.clone()>{t!("单价（元）")}</label>
                    <input id=value_id name="line_value" value=value inputmode="decimal" autocomplete="off" />
                </div>
            </li>
        }
    });
    view! {
        <fieldset class="card" id="lines">
            <legend>{t!("捐什么")}</legend>
            <p class="hint">{t!("一种物资一行，最多 30 行。数量可以带三位小数；单价写到分，按下面的依据。")}</p>
            {problem(form, "lines")}
            <ol class="items">{rows.collect_view()}</ol>
            <p><button class="button quiet" name="action" value="rows" formnovalidate>{t!("再加几行")}</button></p>
        </fieldset>
    }
    .into_any()
}

fn display(form: &FormState, enterprise: &str) -> AnyView {
    let choices = vec![
        (PublicDisplay::Name.as_str(), t!("公开全称：{name}", name = enterprise)),
        (PublicDisplay::Partial.as_str(), t!("部分公开：{name}", name = partial_name(enterprise))),
        (PublicDisplay::Anonymous.as_str(), t!("匿名：爱心企业").to_owned()),
    ];
    view! {
        <fieldset class="card">
            <legend>{t!("怎样公开")}</legend>
            {radios(form, "public_display", (t!("公众看到的名称"), None), choices)}
            {tick(form, "show_value", t!("公开折款（不公开的，不计入公开的物资折款）"))}
        </fieldset>
    }
    .into_any()
}

/// Everything once more, with what it is worth, before it counts.
async fn review(visit: &Visit, form: &FormState, enterprise: &str, open: &[Campaign]) -> AnyView {
    let carried = CARRIED.map(|name| view! { <input type="hidden" name=name value=form.value(name).to_owned() /> });
    let own = LINE.into_iter().chain(["kept_pictures"]).flat_map(|name| {
        let each = |value: &str| view! { <input type="hidden" name=name value=value.to_owned() /> }.into_any();
        form.all(name).into_iter().map(each).collect::<Vec<_>>()
    });
    let own: Vec<AnyView> = own.collect();
    let receiver = receivers(open).into_iter().find(|(value, _)| value == form.value("receiver"));
    let mut sum = Fen::ZERO;
    let rows = typed(form).into_iter().filter(|row| row.iter().any(|part| !part.trim().is_empty())).map(|row| {
        let [name, quantity, unit, unit_value] = row;
        let counted: Quantity = quantity.parse().unwrap_or_default();
        let price = Fen::parse_yuan(&unit_value).unwrap_or_default();
        let value = worth(counted, price).unwrap_or_default();
        sum = sum.checked_add(value).unwrap_or(sum);
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{format!("{counted} {unit}")}</td><td>{price.to_string()}</td><td>{value.to_string()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let code = form.value("need_code").trim().to_owned();
    let need = if code.is_empty() { None } else { visit.call(needs::get(&code)).await.ok() };
    let use_for = need.map_or_else(
        || t!("由慈善组织安排").to_owned(),
        |need| format!("{} {}", need.code.unwrap_or_default(), need.content.title),
    );
    let shown = match form.value("public_display").parse() {
        Ok(PublicDisplay::Name) => enterprise.to_owned(),
        Ok(PublicDisplay::Partial) => partial_name(enterprise),
        _ => t!("爱心企业").to_owned(),
    };
    let with_value = if form.value("show_value") == "1" { t!("公开折款") } else { t!("不公开折款") };
    let basis = form.value("basis").parse::<ValuationBasis>().map(|basis| text(basis.label())).unwrap_or_default();
    view! {
        <h1>{t!("请核对捐赠的物资")}</h1>
        <form class="long" method="post" action=href("/goods-gifts/new")>
            {carried}{own}
            <section class="card scroll">
                <table class="sums">
                    <thead><tr>
                        <th scope="col">{t!("物资")}</th><th scope="col">{t!("数量")}</th>
                        <th scope="col">{t!("单价")}</th><th scope="col">{t!("折款")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                    <tfoot><tr><th scope="row">{t!("合计")}</th><td></td><td></td><td>{sum.to_string()}</td></tr></tfoot>
                </table>
            </section>
            <section class="card facts">
                <dl>
                    <dt>{t!("捐赠方")}</dt><dd>{enterprise.to_owned()}</dd>
                    <dt>{t!("活动和慈善组织")}</dt><dd>{receiver.map(|(_, label)| label)}</dd>
                    <dt>{t!("用途")}</dt><dd>{use_for}</dd>
                    <dt>{t!("折款的依据")}</dt><dd>{basis}{t!("，")}{form.value("basis_note").to_owned()}</dd>
                    <dt>{t!("公众看到")}</dt><dd>{shown}{t!("，")}{with_value}</dd>
                </dl>
                <p class="note">{t!("提交后由慈善组织验收、复核；接受以前可以撤回。折款以慈善组织核定的为准，不计入认捐和到账。")}</p>
            </section>
            <div class="buttons">
                <button class="button" name="action" value="confirm">{t!("确认捐赠")}</button>
                <button class="button quiet" name="action" value="back">{t!("返回修改")}</button>
            </div>
        </form>
    }
    .into_any()
}
