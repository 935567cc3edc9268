//! Takes the pictures of the help pages anew: `./test pictures`.
//!
//! Starts a demo, goes through it as its accounts do, and writes what a phone shows of each page to
//! `frontend/public/help`; what lies there and was not taken goes. Deliberately absent: pass or fail. That each step's
//! picture is there, of its size and light is held by `tests/api/help.rs`.

#[expect(dead_code, reason = "what tests do by keyboard, without script and in the dark is not asked for here")]
mod driver;

use driver::{Browser, Window};
use image::{ExtendedColorType, Rgb, RgbImage};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tests::jpeg;

/// A phone that is high enough to show every part at once; its width is that of many.
const PHONE: (u32, u32) = (384, 1600);
/// Of each picture, in the page's pixels.
const HEIGHT: u32 = 440;
/// The picture's pixels for each of the page's.
const RATIO: f64 = 1.25;
/// The channels of a grey that is none differ by less.
const NEARLY_GREY: u8 = 20;
/// In the page's pixels, above what a picture begins with.
const MARGIN: u32 = 8;

/// A phone in the demo, and where its pictures go.
struct Camera {
    browser: Browser,
    folder: PathBuf,
    taken: RefCell<BTreeSet<String>>,
}

impl Camera {
    /// Writes what the phone shows from here on downwards.
    async fn shoot(&self, name: &str, from: &str) {
        let script = format!(
            "document.activeElement?.blur(); \
             const first = document.evaluate(`{from}`, document, null, 9).singleNodeValue; \
             if (!first) return -1; \
             scrollTo(0, first.getBoundingClientRect().top + scrollY - {MARGIN}); \
             return Math.round(first.getBoundingClientRect().top) - {MARGIN}"
        );
        let top = self.browser.run(&script).await.as_f64().filter(|top| *top >= 0.0);
        let top = top.unwrap_or_else(|| panic!("{name}: no {from}"));
        let png = self.browser.client.screenshot().await.expect("a picture");
        let whole = image::load_from_memory(&png).expect("a picture").into_rgb8();
        let picture = cut(&whole, top);
        let file = format!("{name}.webp");
        let bytes = webp(&picture);
        println!("{:>6} bytes  {file}", bytes.len());
        fs::write(self.folder.join(&file), bytes).expect("written");
        assert!(self.taken.borrow_mut().insert(file), "{name} is taken twice");
    }

    async fn page(&self, path: &str, name: &str, from: &str) {
        self.browser.goto(path).await;
        self.shoot(name, from).await;
    }

    /// Where the first link of this kind leads, on a page.
    async fn link(&self, page: &str, selector: &str) -> String {
        self.browser.goto(page).await;
        let link = format!("return document.querySelector(\"{selector}\")?.getAttribute('href')");
        let link = self.browser.run(&link).await;
        link.as_str().unwrap_or_else(|| panic!("{page} has no {selector}")).to_owned()
    }
}

/// The part of the picture of a page that begins there, or as far below as the page goes.
fn cut(whole: &RgbImage, top: f64) -> RgbImage {
    let pixels = |length: f64| format!("{:.0}", length * RATIO).parse::<u32>().expect("a length");
    let height = pixels(f64::from(HEIGHT));
    let top = pixels(top).min(whole.height() - height);
    image::imageops::crop_imm(whole, 0, top, whole.width(), height).to_image()
}

/// Without loss, but with fewer shades, which nobody misses in a page and which halve the file.
fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut plain = picture.clone();
    for Rgb(channels) in plain.pixels_mut() {
        let [red, green, blue] = *channels;
        let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
        // What is nearly grey becomes grey: shadows and edges would be of all colours otherwise.
        *channels = if most - least < NEARLY_GREY { [shade(green); 3] } else { channels.map(shade) };
    }
    let mut bytes = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    encoder.encode(&plain, plain.width(), plain.height(), ExtendedColorType::Rgb8).expect("a picture");
    bytes
}

/// One of sixteen, rather the lighter: the colour of paper becomes white.
const fn shade(channel: u8) -> u8 {
    channel.saturating_add(12) / 17 * 17
}

#[tokio::main]
async fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/public/help");
    fs::create_dir_all(&folder).expect("a folder");
    let mut window = Window::of(PHONE);
    window.ratio = RATIO;
    let browser = Browser::open_window(window).await;
    let camera = Camera { browser, folder, taken: RefCell::default() };
    let need = donor(&camera).await;
    pairings(&camera).await;
    visitor(&camera, &need).await;
    village(&camera, &need).await;
    town(&camera).await;
    federation(&camera).await;
    let pledge = enterprise(&camera, &need).await;
    money_comes(&camera, &pledge).await;
    money_goes(&camera, &pledge, &need).await;
    supervision(&camera).await;
    for entry in fs::read_dir(&camera.folder).expect("a folder") {
        let entry = entry.expect("an entry");
        if !camera.taken.borrow().contains(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    camera.browser.close().await;
}

/// Follows the gift that went all the way; returns the address of the need that it was for.
async fn donor(camera: &Camera) -> String {
    let browser = &camera.browser;
    browser.sign_in("donor").await;
    camera.page("/my-gifts", "my-gifts", "//h1").await;
    let gift = camera.link("/my-gifts", "main li:last-child a[href^='/pledges/']").await;
    camera.page(&gift, "trail", "//*[@id='trail']").await;
    let need = camera.link(&gift, "dd a[href^='/needs/']").await;
    browser.sign_out().await;
    need
}

async fn visitor(camera: &Camera, need: &str) {
    camera.page("/needs", "needs", "//h1").await;
    camera.page("/needs?county=441424", "needs-filtered", "//main//ul[contains(@class,'rows')]").await;
    camera.page(need, "need-funds", "//*[@id='funds']").await;
    camera.page(need, "need-reports", "//*[@id='reports']").await;
    let campaign = camera.link("/campaigns", "a[href^='/campaigns/']").await;
    camera.page(&campaign, "campaign", "//h1").await;
    camera.page(&campaign, "campaign-pledges", "//*[@id='pledges']").await;
    camera.page("/contact", "contact", "//h1").await;
    camera.page("/register/enterprise", "register", "//h1").await;
    camera.page("/join", "join", "//h1").await;
}

async fn village(camera: &Camera, need: &str) {
    let browser = &camera.browser;
    browser.sign_in("village").await;
    browser.goto("/work/needs/new?kind=money").await;
    browser.fill("title", "村口老水池修补").await;
    browser.choose("field", "infrastructure").await;
    browser.fill("description", "老水池漏水，旱季三个自然村一天只来两小时水。").await;
    camera.shoot("need-form", "//h1").await;
    camera.page("/work", "village-needs", "//*[@id='needs']").await;
    camera.page("/work/payees", "payees", "//main//section[contains(@class,'facts')]").await;
    camera.page("/notices", "notices", "//h1").await;
    let report = camera.link(need, "a[href$='/report']").await;
    camera.page(&report, "report", "//h1").await;
    browser.sign_out().await;
}

async fn town(camera: &Camera) {
    let browser = &camera.browser;
    browser.sign_in("town").await;
    camera.page("/work/town", "town", "//h1").await;
    browser.goto("/work/town").await;
    browser.follow("//th/a[text()='黄沙村']").await;
    camera.shoot("town-reset", "//h1").await;
    camera.shoot("invite", "//legend").await;
    camera.page("/work/members", "members", "//h1").await;
    camera.shoot("parent", "//select[@name='person']/ancestor::fieldset").await;
    browser.sign_out().await;
}

async fn federation(camera: &Camera) {
    let browser = &camera.browser;
    browser.sign_in("federation").await;
    camera.page("/account", "second-factor", "//*[@id='second-factor']").await;
    camera.page("/work", "todo", "//*[@id='todo']").await;
    camera.page("/work/places", "places", "//h1").await;
    // What waits to be accepted stands there too.
    browser.goto("/work").await;
    browser.follow("//*[@id='review']//a[contains(@href,'/needs/')][.//*[normalize-space()='工商联审核']]").await;
    camera.shoot("review", "//button[@value='approve']/ancestor::section").await;
    let waiting = camera.link("/work/verifications", "main a[href^='/work/verifications/']").await;
    camera.page(&waiting, "verification", "//h1").await;
    let letter = camera.link("/work/enquiries", "main a[href^='/work/enquiries/']").await;
    camera.page(&letter, "enquiry", "//h1").await;
    browser.sign_out().await;
}

/// Goes through the demo's pairings, from one that is talked about to one that is under way.
async fn pairings(camera: &Camera) {
    let browser = &camera.browser;
    let of_state = |state: &str| {
        format!(
            "//main//li[.//span[contains(@class,'status')][normalize-space()='{state}']]//a[contains(@href,'/pairings/')]"
        )
    };
    browser.sign_in("enterprise").await;
    camera.page("/pairings/new?village=441424125207", "pairing-propose", "//main//form//legend").await;
    camera.page("/commitments/due", "dues", "//*[@id='dues']").await;
    browser.goto("/pairings").await;
    browser.follow(&of_state("生效")).await;
    camera.shoot("pairing-contacts", "//*[@id='contacts']").await;
    camera.shoot("pairing-plan", "//*[@id='plan']").await;
    browser.run("document.querySelector(\"button[value='give-notice']\").closest('details').open = true").await;
    camera.shoot("pairing-notice", "//button[@value='give-notice']/ancestor::details").await;
    browser.sign_out().await;
    browser.sign_in("village-head").await;
    browser.goto("/pairings").await;
    browser.follow(&of_state("意向")).await;
    camera.shoot("pairing-terms", "//*[@id='terms']").await;
    browser.sign_out().await;
    browser.sign_in("town-reviewer").await;
    browser.goto("/pairings").await;
    browser.follow(&of_state("待签约")).await;
    camera.shoot("pairing-agreement", "//*[@id='agreement']").await;
    browser.sign_out().await;
    camera.page("/coverage", "coverage", "//h1").await;
}

/// Pledges for the need; returns the address of the pledge.
async fn enterprise(camera: &Camera, need: &str) -> String {
    let browser = &camera.browser;
    browser.sign_in("enterprise").await;
    browser.goto(need).await;
    browser.follow("//a[contains(@href, '/pledge?need=')]").await;
    browser.fill("amount", "5万").await;
    camera.shoot("pledge-form", "//legend").await;
    for ticked in ["public_display-name", "show_amount", "notice_acknowledged", "voluntary"] {
        browser.tick(ticked).await;
    }
    browser.follow("//button[@value='review']").await;
    browser.follow("//button[@value='confirm']").await;
    let pledge = browser.path().await;
    camera.shoot("payment-sheet", "//section[contains(@class,'sheet')]").await;
    browser.sign_out().await;
    pledge
}

/// The maker enters and matches the bank line, the checker confirms it.
async fn money_comes(camera: &Camera, pledge: &str) {
    let browser = &camera.browser;
    browser.sign_in("maker").await;
    browser.goto(pledge).await;
    let reference = browser.run("return document.querySelector('h1').textContent.match(/QC[0-9A-Z]{7}/)[0]").await;
    let reference = reference.as_str().expect("a reference").to_owned();
    browser.goto("/work/bank-lines/new").await;
    browser.fill_today("booked_on").await;
    browser.fill("payer", "示例金柚农业有限公司").await;
    browser.fill("amount", "50,000.00").await;
    browser.fill("remark", &format!("捐赠 {reference}")).await;
    browser.fill("serial_no", "SHILI0099").await;
    browser.follow("//main//form//button").await;
    let line = browser.path().await;
    camera.shoot("line-match", "//h1").await;
    browser.follow("(//button[@value='match'])[1]").await;
    browser.sign_out().await;
    browser.sign_in("checker").await;
    camera.page(&line, "line-confirm", "//h1").await;
    browser.follow("//button[@value='confirm']").await;
    browser.sign_out().await;
}

/// The village names an account and reports; the charity sets aside, prepares and decides.
async fn money_goes(camera: &Camera, pledge: &str, need: &str) {
    let browser = &camera.browser;
    let folder = tempfile::tempdir().expect("a folder");
    let photo = folder.path().join("示例.jpg");
    fs::write(&photo, jpeg(400, 300)).expect("a photo");
    browser.sign_in("village").await;
    browser.goto("/work/payees").await;
    browser.choose_first("charity").await;
    browser.choose("kind", "town_custody").await;
    browser.fill("name", "示例梅林镇代管账户").await;
    browser.fill("bank", "示例农商银行五华支行").await;
    browser.fill("account", "0000 4414 0000 00").await;
    browser.fill("sub_account", "示例村专户").await;
    browser.fill("document", &photo.to_string_lossy()).await;
    browser.follow("//button[@value='propose']").await;
    let report = camera.link(need, "a[href$='/report']").await;
    browser.goto(&report).await;
    browser.fill("text", "南段 4 盏路灯也装好了。").await;
    browser.choose_first("disbursement").await;
    browser.fill("description_0", "灯杆基础混凝土").await;
    browser.fill("amount_0", "5000").await;
    browser.fill("seller_0", "五华县示例建材店").await;
    browser.fill_today("invoice_on_0").await;
    browser.fill("invoice_0", &photo.to_string_lossy()).await;
    browser.follow("//main//form//button").await;
    browser.sign_out().await;

    browser.sign_in("maker").await;
    let proposed = "/work/payees?status=proposed";
    camera.page(proposed, "payee-enter", "//main//section[contains(@class,'facts')]").await;
    browser.fill_first("account_no", "0000 4414 0000 00").await;
    browser.follow("//button[@value='enter']").await;
    browser.goto(pledge).await;
    browser.fill("amount", "4万").await;
    camera.shoot("allocate", "//a[contains(@href,'/work/disbursements/new')]/ancestor::section").await;
    browser.follow("//main//form//button").await;
    browser.follow("//a[contains(@href, '/work/disbursements/new')]").await;
    browser.choose_first("payee").await;
    browser.fill("amount", "3万").await;
    browser.fill("purpose", "路灯安装第二期款").await;
    browser.follow("//main//form//button").await;
    let payment = browser.path().await;
    browser.sign_out().await;

    browser.sign_in("checker").await;
    camera.page("/work/payees?status=entered", "payee-verify", "//main//section[contains(@class,'facts')]").await;
    camera.page(&payment, "payment", "//h1").await;
    camera.page("/work/spending", "spending", "//main//section[contains(@class,'facts')]").await;
    browser.sign_out().await;
}

async fn supervision(camera: &Camera) {
    let browser = &camera.browser;
    browser.sign_in("auditor").await;
    camera.page("/work/audit", "audit", "//main//ul[contains(@class,'record')]").await;
    camera.page("/work/audit", "audit-export", "//button[@value='export']/ancestor::section").await;
    let person = camera.link("/work/audit", "a[href^='/work/audit/people/']").await;
    camera.page(&person, "audit-person", "//h1").await;
    browser.goto("/work/charity-books").await;
    browser.follow("//ul[@class='accounts']//button").await;
    camera.page("/work/charity-books", "audit-books", "//main//section").await;
    browser.sign_out().await;
    browser.sign_in("admin").await;
    camera.page("/work/organisations", "open", "//*[@id='open']").await;
    camera.page("/work/jobs", "jobs", "//h1").await;
    browser.sign_out().await;
}
