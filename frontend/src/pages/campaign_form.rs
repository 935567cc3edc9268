//! The office's forms of a campaign: its texts and days, a charity with its rights, a partner, the next stage.

use super::campaign_office::{OFFICE, crumbs, path, stage_means};
use crate::parts::field::{Field, summary, tick};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::campaigns::setup::{self, CampaignDossier, Receiver};
use domain::api::{ApiError, ErrorCode};
use domain::campaign::CampaignStage;
use domain::campaign::CampaignYear;
use domain::campaign::setup::{USUAL_FILING_DAYS, Validity};
use leptos::prelude::*;

fn may_not() -> ApiError {
    ApiError::new(ErrorCode::Forbidden, "只有6·30办的账号可以做这件事")
}

pub fn new(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    if !visit.has(&OFFICE) {
        return Err(may_not());
    }
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        let year = CampaignYear::of(visit.today).starts_in();
        form.set("year", year.to_string());
        form.set("code", format!("630-{year}"));
        form.set("held_on", format!("{year}-06-30"));
        form.set("filing_days", USUAL_FILING_DAYS.to_string());
    }
    if form.value("id").is_empty() {
        form.replace("id", visit.fresh_id.to_string());
    }
    let title = t!("新建活动");
    let body = view! {
        {summary(&form)}
        {crumbs(None)}
        <h1>{title}</h1>
        <form class="long" method="post" action=href("/work/campaigns/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            {fields(&form)}
            <div class="buttons">
                <button class="button">{t!("新建，先不公开")}</button>
                <a class="button quiet" href=href("/work/campaigns")>{t!("不建了")}</a>
            </div>
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    if !campaign.may.edit && visit.form.is_none() {
        return Err(ApiError::new(ErrorCode::Forbidden, "活动到了这个阶段，设置不能再改"));
    }
    let form = visit.form.clone().unwrap_or_else(|| filled(&campaign));
    let title = t!("修改活动的设置");
    let body = view! {
        {summary(&form)}
        {crumbs(Some(&campaign))}
        <h1>{title}</h1>
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            {fields(&form)}
            {buttons(&campaign, t!("保存"))}
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

fn buttons(campaign: &CampaignDossier, label: &'static str) -> AnyView {
    view! {
        <div class="buttons">
            <button class="button">{label}</button>
            <a class="button quiet" href=href(&path(campaign))>{t!("不改了")}</a>
        </div>
    }
    .into_any()
}

fn filled(campaign: &CampaignDossier) -> FormState {
    let setup = &campaign.setup;
    let mut form = FormState::default();
    for (name, value) in [
        ("version", campaign.version.to_string()),
        ("code", setup.code.clone()),
        ("year", setup.year.to_string()),
        ("programme", setup.programme.clone()),
        ("name", setup.name.clone()),
        ("host", setup.host.clone()),
        ("purpose", setup.purpose.clone()),
        ("rules", setup.rules.clone()),
        ("page", setup.page.clone()),
        ("held_on", setup.held_on.to_string()),
        ("filing_days", setup.filing_days.to_string()),
    ] {
        form.set(name, value);
    }
    form
}

fn fields(form: &FormState) -> AnyView {
    let number = |name: &'static str, label: &'static str, hint: &'static str| {
        Field::new(form, name, label).hint(hint).input("text", "numeric", "off")
    };
    view! {
        <fieldset class="card">
            <legend>{t!("名称和日期")}</legend>
            {Field::new(form, "name", t!("活动名称")).text()}
            {Field::new(form, "programme", t!("所属的行动（可以不填）")).hint(t!("如“千企兴千村”")).text()}
            {Field::new(form, "host", t!("主办单位")).text()}
            <div class="pair">
                {number("year", t!("年度"), t!("从这一年 6 月 1 日到次年 5 月 31 日；一个年度一次活动"))}
                {Field::new(form, "held_on", t!("活动日")).hint(t!("在年度之内")).input("date", "text", "off")}
            </div>
            {Field::new(form, "code", t!("代号")).hint(t!("写在网址里，用小写字母、数字和连字符，如 630-2026")).text()}
        </fieldset>
        <fieldset class="card">
            <legend>{t!("公众看到的文字")}</legend>
            {Field::new(form, "purpose", t!("宗旨")).hint(t!("捐款用在哪里，4 至 500 个字")).area(3)}
            {Field::new(form, "rules", t!("规则")).hint(t!("公开以前要写：怎样认捐、怎样汇款、款项怎样用、怎样公开。最多 4,000 个字")).area(8)}
            {Field::new(form, "page", t!("页面文字（可以不填）")).hint(t!("平台不发布个人求助。最多 4,000 个字")).area(5)}
        </fieldset>
        <fieldset class="card">
            <legend>{t!("募捐方案备案")}</legend>
            {number("filing_days", t!("备案须提前的天数"), t!("备案日和个人捐赠开始日之间至少隔几天，照民政部门的要求填；常见 10 天"))}
        </fieldset>
    }
    .into_any()
}

/// A charity is added, or its rights are recorded anew.
pub async fn charity(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    if !campaign.may.keep_records && visit.form.is_none() {
        return Err(may_not());
    }
    let receivers = visit.call(setup::receivers()).await?.items;
    let own = visit
        .query("charity")
        .and_then(|asked| campaign.charities.iter().find(|own| own.charity.id.to_string() == asked));
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        form.set("version", campaign.version.to_string());
        if let Some(own) = own {
            form.set("receiver", format!("{}:{}", own.charity.id, own.bank_account));
            form.set("contact", own.charity.contact.clone());
            let set = |form: &mut FormState, from: &str, to: &str, valid: &Validity| {
                form.set(from, valid.from.to_string());
                form.set(to, valid.to.to_string());
            };
            if let Some(certificate) = &own.charity.certificate {
                form.set("certificate_no", certificate.number.clone());
                set(&mut form, "certificate_from", "certificate_to", &certificate.valid);
            }
            if let Some(tax) = &own.charity.tax {
                set(&mut form, "tax_from", "tax_to", tax);
            }
            if let Some(filing) = &own.charity.filing {
                form.set("filing_no", filing.number.clone());
                form.set("filed_on", filing.filed_on.to_string());
                set(&mut form, "filing_from", "filing_to", &filing.period);
            }
        }
    }
    let title = if own.is_some() { t!("慈善组织的资格和备案") } else { t!("加入慈善组织") };
    let body = view! {
        {summary(&form)}
        {crumbs(Some(&campaign))}
        <h1>{title}</h1>
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            {charity_fields(&form, &receivers)}
            {buttons(&campaign, t!("保存"))}
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

fn charity_fields(form: &FormState, receivers: &[Receiver]) -> AnyView {
    let choices = receivers.iter().flat_map(|receiver| {
        receiver.accounts.iter().map(move |account| {
            let label = format!("{} · {} {}", receiver.name, account.bank, account.number_masked);
            (format!("{}:{}", receiver.id, account.id), label)
        })
    });
    let day = |name: &'static str, label: &'static str| Field::new(form, name, label).input("date", "text", "off");
    view! {
        <fieldset class="card">
            <legend>{t!("谁接收，进哪个账户")}</legend>
            {Field::new(form, "receiver", t!("慈善组织和收款账户")).hint(t!("账户由慈善组织登记")).select(t!("请选择"), choices.collect())}
            {Field::new(form, "contact", t!("公众可以问的联系方式")).hint(t!("办公室和电话，如“办公室 0753-0000000”；不写个人手机号")).text()}
        </fieldset>
        <fieldset class="card">
            <legend>{t!("公开募捐资格证书（没有就不填）")}</legend>
            {Field::new(form, "certificate_no", t!("证书编号")).text()}
            <div class="pair">{day("certificate_from", t!("有效期从"))}{day("certificate_to", t!("到"))}</div>
        </fieldset>
        <fieldset class="card">
            <legend>{t!("募捐方案备案（没有就不填）")}</legend>
            {Field::new(form, "filing_no", t!("备案编号")).text()}
            {day("filed_on", t!("备案日期"))}
            <div class="pair">{day("filing_from", t!("募捐期间从"))}{day("filing_to", t!("到"))}</div>
        </fieldset>
        <fieldset class="card">
            <legend>{t!("公益性捐赠税前扣除资格（不知道就不填）")}</legend>
            <div class="pair">{day("tax_from", t!("资格从"))}{day("tax_to", t!("到"))}</div>
        </fieldset>
    }
    .into_any()
}

pub async fn partner(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    if !campaign.may.keep_records && visit.form.is_none() {
        return Err(may_not());
    }
    let own = visit.query("partner").and_then(|asked| campaign.partners.iter().find(|own| own.id.to_string() == asked));
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        form.set("version", campaign.version.to_string());
        form.set("id", own.map_or_else(|| visit.fresh_id.to_string(), |own| own.id.to_string()));
        if let Some(own) = own {
            form.set("partner_name", own.partner.name.clone());
            form.set("agreed_on", own.partner.agreed_on.to_string());
            form.set("agreement", own.partner.agreement.clone());
            form.set("evaluated_on", own.partner.evaluated_on.map(|day| day.to_string()).unwrap_or_default());
            form.set("named_in_plan", if own.partner.named_in_plan { "1" } else { "" });
        }
    }
    let title = t!("登记合作方");
    let body = view! {
        {summary(&form)}
        {crumbs(Some(&campaign))}
        <h1>{title}</h1>
        <p class="soft">{t!("没有公开募捐资格的单位不能自己募捐：要有书面协议，写进备案的募捐方案，款项全部进慈善组织的账户，活动后由慈善组织评估。")}</p>
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <fieldset class="card">
                <legend>{t!("合作方")}</legend>
                {Field::new(&form, "partner_name", t!("名称")).text()}
                {Field::new(&form, "agreed_on", t!("协议签订日期")).input("date", "text", "off")}
                {Field::new(&form, "agreement", t!("协议的编号或存放处")).text()}
                {Field::new(&form, "evaluated_on", t!("慈善组织评估的日期（还没有就不填）")).input("date", "text", "off")}
                {tick(&form, "named_in_plan", t!("备案的募捐方案里写了它"))}
            </fieldset>
            {buttons(&campaign, t!("保存"))}
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}

/// The next stage is a step that everybody sees, so it is read once more before it is taken.
pub async fn stage(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let asked = if form.value("to").is_empty() { visit.query("to").unwrap_or_default() } else { form.value("to") };
    let to = asked.parse::<CampaignStage>().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let from = if form.value("from").is_empty() { campaign.stage.to_string() } else { form.value("from").to_owned() };
    let title = t!("改变活动的阶段");
    let next = campaign.next.iter().find(|next| next.stage == to);
    let step = match next {
        Some(next) if next.lacking.is_empty() && campaign.may.set_stage => view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="from" value=from />
                <input type="hidden" name="to" value=to.as_str() />
                {buttons(&campaign, t!("确认改变"))}
            </form>
        }
        .into_any(),
        _ => view! {
            <p class="note">{t!("现在不能改为这个阶段。原因写在活动的页面上。")}</p>
            <p><a class="button quiet" href=href(&path(&campaign))>{t!("回到活动")}</a></p>
        }
        .into_any(),
    };
    let (now, then) = (text(campaign.stage.label()), text(to.label()));
    let body = view! {
        {summary(form)}
        {crumbs(Some(&campaign))}
        <h1>{title}</h1>
        <section class="card">
            <p>{t!("从“{now}”改为“{then}”。", now = now, then = then)}</p>
            <p>{stage_means(to)}</p>
            <p class="soft">{t!("除了演练可以回到预热，阶段只能向前。谁改的、什么时候，都有记录。")}</p>
            {step}
        </section>
    };
    Ok(Page::new(title, body.into_any()))
}
