//! The statement of one account, row by row with the balance after each; and the accounts of a charity.
//!
//! Every kind of row leads to its explanation. Deliberately absent: anything that moves money.

use crate::parts::field::{Field, summary};
use crate::parts::{money, query_string};
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, date, href, instant, text};
use domain::Fen;
use domain::api::ledger::{
    self, AccountBalance, AccountEntry, AccountQuery, AccountStatement, EntryLink, EntryPlace, EntryQuery, NamedAccount,
};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::campaign::CampaignYear;
use domain::ledger::{Account, AccountKind, CauseKind};
use domain::organisation::Role;
use leptos::prelude::*;

const STAFF: [Role; 4] = [Role::CharityOwner, Role::CharityMaker, Role::CharityChecker, Role::CharityPayer];

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

pub async fn statement(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let account: Account = id.parse().map_err(|_| not_found())?;
    let mut form = FormState::default();
    for name in ["year", "month"] {
        form.set(name, visit.query(name).unwrap_or_default());
    }
    let place = |name: &str| visit.query(name).and_then(|text| text.parse::<EntryPlace>().ok());
    let year = visit.query("year").map(str::parse::<i32>);
    let query = EntryQuery {
        year: year.and_then(Result::ok),
        month: visit.query("month").map(str::to_owned),
        asset: None,
        after: place("after"),
        before: place("before"),
        at: place("at"),
    };
    let read = match visit.call(ledger::entries(&account, &query)).await {
        Ok(read) => read,
        // What is wrong with the period stands beside it, above all rows.
        Err(error) if error.code == ErrorCode::Invalid && query != EntryQuery::default() => {
            form.problems = error.fields;
            visit.call(ledger::entries(&account, &EntryQuery::default())).await?
        }
        Err(error) => return Err(error),
    };
    let title = title(&read.account);
    let staff = visit.has(&STAFF) || visit.has(&[Role::Auditor]);
    let crumbs = if staff {
        view! {
            <a href=href("/work")>{t!("我的工作")}</a>
            <a href=href("/work/accounts")>{t!("科目和余额")}</a>
        }
        .into_any()
    } else {
        view! { <a href=href("/about/ledger")>{t!("账怎么看")}</a> }.into_any()
    };
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>{crumbs}</nav>
        <h1>{title.clone()}</h1>
        <p class="soft">{text(read.account.kind.explain())}" "<a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
        {about(&read.account)}
        {sums(&read)}
        {(!read.public).then(|| period(visit, &form, &account))}
        {rows(&read, &account, staff)}
        {paging(visit, &read)}
        {files(&account, &query, &read)}
    };
    let page = Page::new(title, body.into_any());
    Ok(if read.public && visit.me.is_none() { page.public() } else { page })
}

/// The kind, and whose it is.
fn title(account: &NamedAccount) -> String {
    let kind = text(account.kind.label());
    if account.of.is_empty() { kind } else { format!("{kind} · {}", account.of) }
}

/// The pages of what the account is named after.
fn about(account: &NamedAccount) -> Option<AnyView> {
    let need = account.need_code.clone().map(|code| {
        view! { <a href=href(&format!("/needs/{code}"))>{t!("需求 {code}", code = code)}</a>" " }
    });
    let pledge = account.pledge.map(|id| view! { <a href=href(&format!("/pledges/{id}"))>{t!("这笔认捐")}</a>" " });
    let campaign =
        account.campaign.map(|id| view! { <a href=href(&format!("/campaigns/{id}"))>{t!("活动的页面")}</a>" " });
    (need.is_some() || pledge.is_some() || campaign.is_some())
        .then(|| view! { <p>{need}{pledge}{campaign}</p> }.into_any())
}

fn sums(read: &AccountStatement) -> AnyView {
    let period = match (read.from, read.to) {
        (Some(from), Some(to)) => t!("{from} 至 {to}，按入账日", from = date(from), to = date(to)),
        _ if read.public => t!("从开始到昨天，按入账日").to_owned(),
        _ => t!("从开始到现在").to_owned(),
    };
    let line =
        |name: &'static str, fen: Option<Fen>| fen.map(|fen| view! { <dt>{name}</dt><dd>{money::exact(fen)}</dd> });
    let hidden = read.public.then(|| {
        view! { <p class="note">{t!("捐赠方不公开的金额不写在明细里，合计里包含；余额一栏因此不显示。今天的明细明天才公开。")}</p> }
    });
    view! {
        <section class="card">
            <h2>{period}</h2>
            <dl class="whereabouts">
                {line(t!("期初余额"), read.opening_fen)}
                {line(t!("收入"), Some(read.came_in_fen))}
                {line(t!("付出"), Some(read.went_out_fen))}
                {line(t!("期末余额"), read.closing_fen)}
            </dl>
            {hidden}
            <p class="soft as-of">{t!("共 {n} 行", n = read.rows)}" · "{t!("截至 {time}", time = as_of(read.as_of))}</p>
        </section>
    }
    .into_any()
}

/// One campaign year, one month, or all.
fn period(visit: &Visit, form: &FormState, account: &Account) -> AnyView {
    let this = CampaignYear::of(visit.today).starts_in();
    let years = (this - 5..=this)
        .rev()
        .map(|year| (year.to_string(), t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日", from = year, to = year + 1)));
    let path = format!("/ledger/{account}");
    view! {
        <form class="card" method="get" action=href(&path)>
            <div class="pair">
                {Field::new(form, "year", t!("活动年度")).select(t!("全部"), years.collect())}
                {Field::new(form, "month", t!("或一个月份")).hint(t!("如 2026-06")).text()}
            </div>
            <p class="buttons">
                <button class="button">{t!("看这段时间")}</button>
                <a class="button quiet" href=href(&path)>{t!("看全部")}</a>
            </p>
        </form>
    }
    .into_any()
}

fn rows(read: &AccountStatement, account: &Account, staff: bool) -> AnyView {
    if read.entries.is_empty() {
        return view! { <p class="card empty">{t!("这段时间没有明细。")}</p> }.into_any();
    }
    let balances = !read.public;
    let rows = read.entries.iter().map(|entry| row(entry, account, staff, balances));
    view! {
        <div class="card scroll" role="region" tabindex="0" aria-label=t!("明细")>
            <table class="gifts statement">
                <thead><tr>
                    <th scope="col">{t!("入账日和类别")}</th>
                    <th scope="col">{t!("收入")}</th>
                    <th scope="col">{t!("付出")}</th>
                    {balances.then(|| view! { <th scope="col">{t!("余额")}</th> })}
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(entry: &AccountEntry, account: &Account, staff: bool, balances: bool) -> AnyView {
    let amount = |incoming: bool| {
        let shown = || entry.amount_fen.map_or_else(|| t!("金额不公开").to_owned(), money::exact);
        if incoming == entry.incoming { shown() } else { String::new() }
    };
    let happened = (entry.effective_on != entry.place.day).then(|| t!("发生日 {day}", day = date(entry.effective_on)));
    let from = if entry.incoming { t!("来自") } else { t!("去向") };
    let link = |says: String, to: &EntryLink| {
        let path = href(&format!("/ledger/{account}?at={}#t-{}", to.place, to.id));
        view! { <span class="soft"><a href=path>{says}</a></span> }
    };
    let corrects = entry.corrects.as_ref().map(|to| link(t!("冲正的是这一行").to_owned(), to));
    let corrected = entry.corrected_by.as_ref().map(|by| link(t!("已被这一行冲正").to_owned(), by));
    let class = if entry.corrected_by.is_some() { "taken-back" } else { "" };
    view! {
        <tr id=format!("t-{}", entry.id) class=class>
            <th scope="row">
                {date(entry.place.day)}" "
                <a href=href(&format!("/about/ledger#{}", entry.code))>{text(entry.code.label())}</a>
                <span class="soft">{from}" "{other(&entry.other)}</span>
                {cause(entry, staff)}
                <span class="soft">{t!("批次：{giver}", giver = text(&entry.lot.giver))}
                    {entry.lot.booked_on.map(|day| t!("，{day} 到账", day = date(day)))}</span>
                <span class="soft">{instant(entry.recorded_at)}{happened.map(|says| format!(" · {says}"))}</span>
                {corrects}{corrected}
            </th>
            <td>{amount(true)}</td>
            <td>{amount(false)}</td>
            {balances.then(|| view! { <td>{entry.balance_fen.map(money::exact)}</td> })}
        </tr>
    }
    .into_any()
}

fn other(account: &NamedAccount) -> AnyView {
    match account.account {
        Some(id) => view! { <a href=href(&format!("/ledger/{id}"))>{title(account)}</a> }.into_any(),
        None => title(account).into_any(),
    }
}

/// What moved it, with the page on which that stands.
fn cause(entry: &AccountEntry, staff: bool) -> Option<AnyView> {
    let of = &entry.cause;
    let need = |part: &str| of.need_code.as_ref().map(|code| format!("/needs/{code}#{part}"));
    let own = |path: &str| of.id.filter(|_| staff).map(|id| format!("{path}/{id}"));
    let path = match of.kind {
        CauseKind::BankLine => own("/work/bank-lines"),
        CauseKind::Disbursement => own("/work/disbursements").or_else(|| need("payments")),
        CauseKind::SpendingItem => need("reports"),
        CauseKind::Allocation => need("funds"),
        CauseKind::GoodsGift => own("/goods-gifts"),
        CauseKind::GoodsHandOver | CauseKind::GoodsRest => need("goods"),
        CauseKind::Event => None,
    };
    if of.says.is_empty() && path.is_none() {
        return None;
    }
    let says =
        if of.says.is_empty() { text(of.kind.label()) } else { format!("{}：{}", text(of.kind.label()), of.says) };
    let says = match path {
        Some(path) => view! { <a href=href(&path)>{says}</a> }.into_any(),
        None => says.into_any(),
    };
    Some(view! { <span class="soft">{says}</span> }.into_any())
}

fn paging(visit: &Visit, read: &AccountStatement) -> AnyView {
    let link = |name: &str, place: EntryPlace| {
        let kept = ["year", "month"].into_iter().filter_map(|name| Some((name, visit.query(name)?.to_owned())));
        let all: Vec<_> = kept.chain([(name, place.to_string())]).collect();
        href(&format!("{}?{}", visit.path, query_string(&all)))
    };
    let newer = read.previous.map(|place| {
        view! { <a class="button quiet" rel="prev" href=link("before", place)>{t!("较新的")}</a>" " }
    });
    let older = read.next.map(|place| {
        view! { <a class="button quiet" rel="next" href=link("after", place)>{t!("较早的")}</a> }
    });
    view! { <p class="paging">{newer}{older}</p> }.into_any()
}

fn files(account: &Account, query: &EntryQuery, read: &AccountStatement) -> AnyView {
    let path = format!("{PREFIX}{}", ledger::entries_table_path(account, query));
    let name = format!("{}.csv", title(&read.account));
    view! { <p><a href=path download=name>{t!("下载这段时间的全部明细（CSV）")}</a></p> }.into_any()
}

/// The kinds that are listed, none first: money that is not one pledge's, need's or payment's.
const KINDS: [AccountKind; 5] =
    [AccountKind::Directed, AccountKind::Allocated, AccountKind::Advance, AccountKind::Spent, AccountKind::Surplus];

pub async fn accounts(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let kind = visit.query("kind").map(str::parse::<AccountKind>).transpose().map_err(|_| not_found())?;
    let query = AccountQuery { kind, charity: None, after: visit.query("after").map(str::to_owned) };
    let list = visit.call(ledger::accounts(&query)).await?;
    let tab = |of: Option<AccountKind>, label: String| {
        let path = of.map_or_else(|| "/work/accounts".to_owned(), |of| format!("/work/accounts?kind={of}"));
        view! { <a class="button quiet" href=href(&path) aria-current=(of == kind).then_some("page")>{label}</a> }
    };
    let next = list.next.as_ref().map(|next| {
        let kind = kind.map(|kind| ("kind", kind.to_string()));
        let all: Vec<_> = kind.into_iter().chain([("after", next.clone())]).collect();
        let link = href(&format!("/work/accounts?{}", query_string(&all)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    // Of all charities together, and therefore nobody's but the auditor's.
    let shared = visit.has(&[Role::Auditor]).then(|| {
        [AccountKind::World, AccountKind::Returned].map(|of| {
            view! { <a class="button quiet" href=href(&format!("/ledger/{of}"))>{text(of.label())}</a> }
        })
    });
    let explained = kind.map(|kind| view! { <p class="soft">{text(kind.explain())}</p> });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("科目和余额")}</h1>
        <p>{t!("每一分钱任何时候只在一个科目里。点开一个科目，看每一笔从哪里来、到哪里去。")}" "
            <a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
        <p class="buttons">
            {tab(None, t!("在途、非定向资金和费用").to_owned())}
            {KINDS.into_iter().map(|kind| tab(Some(kind), text(kind.label()))).collect_view()}
            {shared}
        </p>
        {explained}
        {balances(&list.items)}
        {next}
        <p class="soft as-of">{t!("截至 {time}", time = as_of(list.as_of))}</p>
    };
    Ok(Page::new(t!("科目和余额"), body.into_any()))
}

fn balances(accounts: &[AccountBalance]) -> AnyView {
    if accounts.is_empty() {
        return view! { <p class="card empty">{t!("还没有这类科目。")}</p> }.into_any();
    }
    let goods = accounts.iter().any(|one| !one.in_kind_fen.is_zero());
    let rows = accounts.iter().map(|one| {
        let in_kind = (!one.in_kind_fen.is_zero()).then(|| money::exact(one.in_kind_fen));
        view! {
            <tr>
                <th scope="row">{other(&one.account)}</th>
                <td>{money::exact(one.balance_fen)}</td>
                {goods.then(|| view! { <td>{in_kind}</td> })}
            </tr>
        }
    });
    view! {
        <div class="card scroll">
            <table class="gifts">
                <thead><tr>
                    <th scope="col">{t!("科目")}</th><th scope="col">{t!("余额")}</th>
                    {goods.then(|| view! { <th scope="col">{t!("物资折款")}</th> })}
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
