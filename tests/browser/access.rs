//! Pages for everybody: nothing serious by axe-core, light and dark, and every control reached by the keyboard.
//!
//! `axe/axe.min.js` is axe-core 4.14.1 by Deque Systems, MPL-2.0, as npm has it.

use crate::driver::{Browser, DESKTOP, PHONE};
use std::collections::BTreeSet;

const AXE: &str = include_str!("axe/axe.min.js");

/// Whose pages these are, and the pages.
const PAGES: [(Option<&str>, &[&str]); 11] = [
    (
        None,
        &[
            "/",
            "/needs",
            "/needs?county=441424",
            "/needs?q=nothing-has-this",
            "/needs?county=441424&town=441424125&village=441424125207",
            "/counties/441424",
            "/towns/441424125",
            "/villages/441424125207",
            "/villages/441402004001",
            "/coverage",
            "/coverage/441424",
            "/coverage/441424125",
            "/en/coverage",
            "/campaigns",
            "/about",
            "/privacy",
            "/terms",
            "/sign-in",
            "/register/enterprise",
            "/register/donor",
            "/register/donor/complete?link=none",
            "/confirm-email",
            "/forgot-password",
            "/join",
            "/reset-code",
            "/contact",
            "/help",
            "/help/village",
            "/nothing",
            "/zh-hant/needs",
            "/en",
        ],
    ),
    (
        Some("village"),
        &[
            "/work",
            "/work/needs/new",
            "/work/needs/new?kind=money",
            "/work/needs/new?kind=jobs",
            "/work/payees",
            "/notices",
            "/contact",
            "/account",
            "/account/data",
        ],
    ),
    (Some("returned@example.com"), &["/work", "/work/organisation", "/account/consents"]),
    (
        Some("federation"),
        &[
            "/work",
            "/work/verifications",
            "/work/verifications?status=returned",
            "/work/places",
            "/work/place-imports",
            "/work/earlier-pairings",
            "/needs/import",
            "/work/enquiries",
            "/account/notices",
        ],
    ),
    (Some("town"), &["/work/town", "/work/members"]),
    (Some("charity-owner"), &["/work/members", "/work/approval-rule"]),
    (Some("admin"), &["/work", "/work/organisations", "/work/jobs", "/work/audit"]),
    (
        Some("enterprise"),
        &["/work/earlier-pairings/own", "/my-gifts", "/pledge", "/saved-searches?new=1&q=%E9%A5%AE%E6%B0%B4"],
    ),
    (Some("maker"), &["/work", "/work/bank-lines", "/work/bank-lines/new", "/work/disbursements"]),
    (Some("checker"), &["/work/bank-lines", "/work/spending", "/work/payees"]),
    (Some("payer"), &["/work/disbursements"]),
];

/// Pages whose address is known only once there is a demo: found by their first link on another page.
const LINKED: [(Option<&str>, &str, &str); 5] = [
    (None, "/needs", "a[href^='/needs/XQ-']"),
    (None, "/campaigns", "a[href^='/campaigns/']"),
    (Some("federation"), "/work/verifications", "main a[href^='/work/verifications/']"),
    (Some("enterprise"), "/my-gifts", "a[href^='/pledges/']"),
    (Some("maker"), "/work/bank-lines?done=1", "main a[href^='/work/bank-lines/']:not([href$='new'])"),
];

async fn addresses(browser: &Browser, account: Option<&str>) -> Vec<String> {
    let own = PAGES.iter().filter(|(whose, _)| *whose == account).flat_map(|(_, pages)| *pages);
    let mut addresses: Vec<String> = own.map(|page| (*page).to_owned()).collect();
    for (_, page, link) in LINKED.iter().filter(|(whose, ..)| *whose == account) {
        browser.goto(page).await;
        let found = browser.run(&format!("return document.querySelector(\"{link}\")?.getAttribute('href')")).await;
        addresses.push(found.as_str().unwrap_or_else(|| panic!("{page} has no {link}")).to_owned());
    }
    addresses
}

/// What axe-core finds serious or critical on the page that is open.
pub async fn findings(browser: &Browser, path: &str) -> Vec<String> {
    browser.run(AXE).await;
    let script = "const [done] = arguments; axe.run(document, { resultTypes: ['violations'] }).then(result => done(\
        result.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => \
        `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)))";
    let found = browser.client.execute_async(script, Vec::new()).await.expect("axe-core runs");
    found.as_array().expect("a list").iter().map(|text| format!("{path}: {}", text.as_str().unwrap_or("?"))).collect()
}

async fn all_findings(browser: &Browser) -> Vec<String> {
    let mut found = Vec::new();
    for (account, _) in PAGES {
        if let Some(account) = account {
            browser.sign_in(account).await;
        }
        for path in addresses(browser, account).await {
            browser.goto(&path).await;
            found.extend(findings(browser, &path).await);
        }
        if account.is_some() {
            browser.sign_out().await;
        }
    }
    found
}

#[tokio::test]
async fn axe_finds_nothing_serious_on_any_page() {
    let browser = Browser::open(PHONE, true).await;
    let found = all_findings(&browser).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}

#[tokio::test]
async fn axe_finds_nothing_serious_in_the_dark() {
    let browser = Browser::open_dark(DESKTOP).await;
    browser.goto("/").await;
    assert_eq!(browser.run("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    let found = all_findings(&browser).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await;
}

/// What can be used on the page; of a group of radio buttons one stands for all.
const CONTROLS: &str = "return [...new Set([...document.querySelectorAll(\
    'a[href], button, input:not([type=hidden]), select, textarea, summary')]\
    .filter(e => !e.disabled && e.checkVisibility() && e.tabIndex >= 0).map(NAME))]";
const NAME: &str = "(e => e.type === 'radio' ? 'radio ' + e.name : \
    e.tagName + ' ' + (e.id || e.getAttribute('href') || e.name || e.textContent.trim().slice(0, 20)))";

#[tokio::test]
async fn every_control_is_reached_by_the_tabulator_and_shows_it() {
    let browser = Browser::open(DESKTOP, true).await;
    for (account, path) in [
        (None, "/"),
        (None, "/needs"),
        (None, "/sign-in"),
        (Some("village"), "/work/needs/new?kind=money"),
        (Some("enterprise"), "/pledge"),
        (Some("maker"), "/work/bank-lines/new"),
    ] {
        if let Some(account) = account {
            browser.sign_in(account).await;
        }
        browser.goto(path).await;
        let controls = browser.run(&CONTROLS.replace("NAME", NAME)).await;
        let controls: BTreeSet<String> = serde_json::from_value(controls).expect("names");
        let mut reached = BTreeSet::new();
        let look = format!(
            "const e = document.activeElement; \
             const ringed = e => {{ const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 }}; \
             const framed = e => !!e && (ringed(e) || framed(e.parentElement)); \
             const strokes = e => [...e.querySelectorAll('path')].map(p => getComputedStyle(p).stroke); \
             const other = document.querySelector('svg a:not(:focus) path'); \
             const drawn = e instanceof SVGElement && !strokes(e).includes(getComputedStyle(other).stroke); \
             return [{NAME}(e), framed(e) || drawn]"
        );
        for _ in 0..controls.len() + 30 {
            browser.press('\u{e004}').await;
            let (name, seen): (String, bool) = serde_json::from_value(browser.run(&look).await).expect("a name");
            assert!(seen || name.starts_with("BODY"), "{path}: nobody sees that {name} has the focus");
            reached.insert(name);
        }
        let missed: Vec<_> = controls.difference(&reached).collect();
        assert!(missed.is_empty(), "{path}: the tabulator does not reach {missed:?}");
        if account.is_some() {
            browser.sign_out().await;
        }
    }
    browser.close().await;
}
