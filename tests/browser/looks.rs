//! What every page must be: alive where it has islands, no wider than the screen, quiet, light.

use crate::driver::{Browser, DESKTOP, PHONE};

/// Pages that anybody opens.
const PUBLIC: [&str; 18] = [
    "/",
    "/needs",
    "/needs?q=dabu",
    "/needs?county=441424",
    "/campaigns",
    "/about",
    "/privacy",
    "/terms",
    "/sign-in",
    "/register/enterprise",
    "/register/donor",
    "/forgot-password",
    "/join",
    "/reset-code",
    "/contact",
    "/help",
    "/help/village",
    "/en/needs",
];

/// Waits until every island of the page has come alive.
async fn islands_are_alive(browser: &Browser, path: &str) {
    let script = "return document.querySelectorAll('leptos-island:not([data-alive])').length === 0";
    browser.until(&format!("the islands of {path} to come alive"), script).await;
}

#[tokio::test]
async fn every_island_comes_alive_and_nothing_complains() {
    let browser = Browser::open(DESKTOP, true).await;
    for path in PUBLIC {
        browser.goto(path).await;
        islands_are_alive(&browser, path).await;
    }
    browser.goto("/needs?min=1").await;
    let islands = browser.run("return document.querySelectorAll('leptos-island').length").await;
    assert!(islands.as_i64().is_some_and(|islands| islands >= 2), "the search page has its amount fields");
    islands_are_alive(&browser, "/needs?min=1").await;
    browser.fill("min", "5万").await;
    let echo = "return document.getElementById('min-echo').textContent === '= 50,000 元'";
    browser.until("the amount to be read back", echo).await;
    browser.close().await;
}

#[tokio::test]
async fn no_page_is_wider_than_a_small_phone() {
    for size in [(320, 640), PHONE, DESKTOP] {
        let browser = Browser::open(size, true).await;
        for path in PUBLIC {
            browser.goto(path).await;
            let wide = browser.run("return document.documentElement.scrollWidth - window.innerWidth").await;
            assert!(wide.as_i64().is_some_and(|wide| wide <= 0), "{path} is {wide} pixels too wide at {}", size.0);
        }
        browser.close().await;
    }
}

#[tokio::test]
async fn nothing_moves_while_a_page_loads_and_pages_are_light() {
    let browser = Browser::open(PHONE, true).await;
    for path in PUBLIC {
        browser.goto(path).await;
        islands_are_alive(&browser, path).await;
        let shift = browser
            .run("return performance.getEntriesByType('layout-shift').reduce((sum, entry) => sum + entry.value, 0)")
            .await;
        assert!(shift.as_f64().is_some_and(|shift| shift < 0.001), "{path}: layout shift {shift}");
        let bytes = browser
            .run(
                "return performance.getEntriesByType('navigation')[0].decodedBodySize + \
                 performance.getEntriesByType('resource').filter(r => r.name.endsWith('.css'))\
                 .reduce((sum, r) => sum + r.decodedBodySize, 0)",
            )
            .await;
        assert!(
            bytes.as_i64().is_some_and(|bytes| bytes <= 100_000),
            "{path}: {bytes} bytes without script and pictures"
        );
    }
    browser.close().await;
}

#[tokio::test]
async fn the_pictures_of_the_help_come_when_they_are_looked_at_and_move_nothing() {
    for browser in [Browser::open(PHONE, true).await, Browser::open_dark(DESKTOP).await] {
        browser.goto("/help/charity").await;
        let pictures = browser.run("return document.querySelectorAll('img.screen').length").await;
        let pictures = pictures.as_u64().expect("a number");
        assert!(pictures > 3, "the charity's steps have pictures");
        for n in 0..pictures {
            let picture = format!("document.querySelectorAll('img.screen')[{n}]");
            browser.run(&format!("{picture}.scrollIntoView()")).await;
            let there = format!("return {picture}.complete && {picture}.naturalWidth > 0");
            browser.until(&format!("picture {n}"), &there).await;
        }
        let shift = "return performance.getEntriesByType('layout-shift').reduce((sum, entry) => sum + entry.value, 0)";
        let shift = browser.run(shift).await;
        assert!(shift.as_f64().is_some_and(|shift| shift < 0.001), "layout shift {shift}");
        browser.close().await;
    }
}
