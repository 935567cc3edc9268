//! Starts the binary on a database and a folder of its own, and browsers on it.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub const PHONE: (u32, u32) = (390, 844);
pub const DESKTOP: (u32, u32) = (1280, 900);

/// Where the demo and the driver listen.
struct Stage {
    origin: String,
    driver: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the checkout")
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// The demo and the driver, started once, by a thread that lives as long as this process: the kernel ends what it
/// started when it ends, also after a panic.
fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let (started, stage) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let folder = tempfile::tempdir().expect("a folder");
            let (stage, mut output, processes) = start(folder.path());
            started.send(stage).expect("the tests wait for it");
            // Reads on, so that the demo never writes into a closed pipe.
            std::io::copy(&mut output, &mut std::io::sink()).expect("the demo's output");
            for mut process in processes {
                process.wait().expect("the process ends");
            }
        });
        stage.recv().expect("the demo and the driver start")
    })
}

fn start(folder: &Path) -> (Stage, BufReader<ChildStdout>, [Child; 2]) {
    let (port, driver_port) = (free_port(), free_port());
    let mut server = demo(folder, &new_database("browser"), port);
    let mut output = BufReader::new(server.stdout.take().expect("its output"));
    let ready = output.by_ref().lines().map_while(Result::ok).any(|line| line.starts_with("ready "));
    assert!(ready, "the demo says when it is ready");
    let mut driver = tied_to_us(Path::new("chromedriver"));
    driver.arg(format!("--port={driver_port}")).stdout(Stdio::null()).stderr(Stdio::null());
    let driver = driver.spawn().expect("chromedriver is installed");
    wait_for_port(driver_port);
    let stage = Stage { origin: format!("http://127.0.0.1:{port}"), driver: format!("http://127.0.0.1:{driver_port}") };
    (stage, output, [server, driver])
}

/// The address of a new database on the tests' server.
pub fn new_database(name: &str) -> String {
    let url = std::env::var("TEST_DATABASE_URL").expect("run the tests by ./test, which starts a database for them");
    let database = format!("{name}_{}", std::process::id());
    let made = Command::new("psql").args(["-q", &url, "-c", &format!("create database {database}")]).status();
    assert!(made.is_ok_and(|status| status.success()), "cannot create a database");
    url.replace("/postgres", &format!("/{database}"))
}

/// The demo on that database, on its way up.
pub fn demo(folder: &Path, database: &str, port: u16) -> Child {
    let mut server = tied_to_us(&root().join("target/debug/qiancun"));
    server.args(["serve", "--demo", "--port", &port.to_string(), "--data-dir"]).arg(folder).arg("--site-dir");
    server.arg(root().join("target/site")).env("DATABASE_URL", database).stdout(Stdio::piped());
    server.spawn().expect("target/debug/qiancun starts")
}

/// A command that the kernel ends when this process does.
fn tied_to_us(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]).arg(program);
    command
}

fn wait_for_port(port: u16) {
    let until = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nothing listens on {port}");
        std::thread::yield_now();
    }
}

/// With what the pages are used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hands {
    Pointer,
    Keyboard,
}

/// A browser window on the demo, or on another server.
pub struct Browser {
    pub client: Client,
    pub script: bool,
    origin: String,
    hands: Hands,
}

/// A window before it is opened.
pub struct Window {
    size: (u32, u32),
    /// Pixels of a picture for each of the page's.
    pub ratio: f64,
    script: bool,
    more: &'static [&'static str],
}

impl Window {
    pub const fn of(size: (u32, u32)) -> Self {
        Window { size, ratio: 1.0, script: true, more: &[] }
    }
}

const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const SPACE: char = ' ';
const DOWN: char = '\u{e015}';
/// Further than this nobody goes on with the tabulator.
const TABS_MAX: usize = 200;

impl Browser {
    pub async fn open(size: (u32, u32), script: bool) -> Self {
        Self::open_window(Window { script, ..Window::of(size) }).await
    }

    /// A browser whose owner likes it dark.
    pub async fn open_dark(size: (u32, u32)) -> Self {
        Self::open_window(Window { more: &["--blink-settings=preferredColorScheme=0"], ..Window::of(size) }).await
    }

    /// A browser on a server that is not the demo.
    pub async fn open_at(origin: &str, size: (u32, u32)) -> Self {
        Browser { origin: origin.to_owned(), ..Self::open_window(Window::of(size)).await }
    }

    pub async fn open_window(Window { size, ratio, script, more }: Window) -> Self {
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".into(),
            "--disable-gpu".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--no-first-run".into(),
            "--hide-scrollbars".into(),
            "--lang=zh-CN".into(),
        ];
        arguments.push(format!("--window-size={},{}", size.0, size.1));
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        let mut options = json!({ "args": arguments });
        if script {
            let metrics = json!({ "width": size.0, "height": size.1, "pixelRatio": ratio, "mobile": false });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        } else {
            // Emulated metrics and switched-off scripts together make a click wait for ever; a window is 500 pixels
            // wide at least, which still is one column.
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&stage().driver).await;
        let client = client.expect("a browser opens");
        Browser { client, script, origin: stage().origin.clone(), hands: Hands::Pointer }
    }

    /// The same browser used by somebody who has no pointer: the tabulator, Enter, Space, arrows and letters.
    #[must_use]
    pub fn by_keyboard(self) -> Self {
        Browser { hands: Hands::Keyboard, ..self }
    }

    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin)).await.expect(path);
    }

    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("an address");
        url.path().to_owned()
    }

    /// Signs in as one of the demo's accounts, by its button.
    pub async fn sign_in(&self, account: &str) {
        self.goto("/sign-in").await;
        self.follow(&format!("//input[@name='account' and @value='{account}']/ancestor::form//button")).await;
    }

    pub async fn sign_out(&self) {
        self.follow("//form[contains(@action,'sign-out')]//button").await;
    }

    pub async fn click(&self, xpath: &str) {
        if self.hands == Hands::Keyboard {
            self.reach(xpath).await;
            return self.press(ENTER).await;
        }
        let element = self.client.find(Locator::XPath(xpath)).await;
        element.unwrap_or_else(|error| panic!("{xpath}: {error}")).click().await.expect(xpath);
    }

    /// Goes on with the tabulator until this has the focus, or the group of radio buttons that it belongs to.
    async fn reach(&self, xpath: &str) {
        let there = format!(
            "const [wanted, now] = [document.evaluate({}, document, null, 9).singleNodeValue, document.activeElement]; \
             return wanted === now || wanted?.type === 'radio' && now?.type === 'radio' && wanted.name === now.name",
            json!(xpath)
        );
        for _ in 0..TABS_MAX {
            if self.run(&there).await == true {
                return;
            }
            self.press(TAB).await;
        }
        panic!("{}: the tabulator does not reach {xpath}", self.path().await);
    }

    /// Presses the arrow down until a script of the test's own says yes.
    async fn down_until(&self, what: &str, script: &str) {
        for _ in 0..TABS_MAX {
            if self.run(script).await == true {
                return;
            }
            self.press(DOWN).await;
        }
        panic!("{}: the arrow does not reach {what}", self.path().await);
    }

    /// Clicks what leads to another page, and waits for it.
    pub async fn follow(&self, xpath: &str) {
        self.run("document.documentElement.dataset.left = ''").await;
        self.click(xpath).await;
        self.next_page().await;
    }

    /// Sends a form by Enter in the field with this id, as who has just typed does.
    pub async fn send_by_enter(&self, id: &str) {
        self.run(&format!("document.documentElement.dataset.left = ''; document.getElementById('{id}').focus()")).await;
        self.press('\u{e007}').await;
        self.next_page().await;
    }

    async fn next_page(&self) {
        self.until(
            "the next page",
            "return document.readyState === 'complete' && !('left' in document.documentElement.dataset)",
        )
        .await;
    }

    /// Waits until a script of the test's own says yes.
    pub async fn until(&self, what: &str, script: &str) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.run(script).await != true {
            assert!(Instant::now() < until, "{}: waited for {what}", self.path().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Types into the field with this id, in place of what is there.
    pub async fn fill(&self, id: &str, text: &str) {
        let kind = self.run(&format!("return document.getElementById('{id}')?.type ?? 'nothing'")).await;
        assert!(kind != "nothing", "{}: there is no #{id}", self.path().await);
        if self.hands == Hands::Keyboard {
            self.reach(&format!("//*[@id='{id}']")).await;
            // What is there is replaced: fields that are reached by the tabulator are selected, texts of lines are not.
            if kind == "textarea" {
                self.run("document.activeElement.select()").await;
            }
            let field = self.client.active_element().await.expect("the focus");
            return field.send_keys(text).await.expect(id);
        }
        let field = self.client.find(Locator::Id(id)).await.unwrap_or_else(|error| panic!("#{id}: {error}"));
        if kind != "date" && kind != "file" {
            field.clear().await.expect(id);
        }
        field.send_keys(text).await.expect(id);
    }

    /// Types the day that it is into the date field with this id.
    pub async fn fill_today(&self, id: &str) {
        let today = self.run("return new Date().toISOString().slice(0, 10)").await;
        let today = today.as_str().expect("a date");
        self.fill(id, &format!("{}{}{}", &today[5..7], &today[8..], &today[..4])).await;
    }

    pub async fn choose(&self, id: &str, value: &str) {
        if self.hands == Hands::Keyboard {
            self.reach(&format!("//*[@id='{id}']")).await;
            return self.down_until(value, &format!("return document.activeElement.value === '{value}'")).await;
        }
        let select = self.client.find(Locator::Id(id)).await.unwrap_or_else(|error| panic!("#{id}: {error}"));
        select.select_by_value(value).await.expect(id);
    }

    /// Fills the first field of this name on a page where each row has such a form, and each field an id of its own.
    pub async fn fill_first(&self, name: &str, value: &str) {
        let id = self.run(&format!("return document.querySelector(\"[name='{name}']\")?.id")).await;
        self.fill(id.as_str().unwrap_or_else(|| panic!("no field {name}")), value).await;
    }

    /// Ticks the first box of this name, on such a page.
    pub async fn tick_first(&self, name: &str) {
        let id = self.run(&format!("return document.querySelector(\"[name='{name}']\")?.id")).await;
        self.tick(id.as_str().unwrap_or_else(|| panic!("no box {name}"))).await;
    }

    /// Chooses the first that is a choice, after the line that asks for one.
    pub async fn choose_first(&self, id: &str) {
        let first = self.run(&format!("return document.getElementById('{id}').options[1].value")).await;
        self.choose(id, first.as_str().expect("a value")).await;
    }

    /// Ticks the box, or chooses the radio button, with this id.
    pub async fn tick(&self, id: &str) {
        if self.hands == Hands::Keyboard {
            self.reach(&format!("//*[@id='{id}']")).await;
            self.down_until(id, &format!("return document.activeElement.id === '{id}'")).await;
            if self.run("return document.activeElement.checked").await != true {
                self.press(SPACE).await;
            }
            return;
        }
        let field = self.client.find(Locator::Id(id)).await.unwrap_or_else(|error| panic!("#{id}: {error}"));
        field.click().await.expect(id);
    }

    /// Presses and releases a key, wherever the focus is.
    pub async fn press(&self, value: char) {
        let keys = KeyActions::new("keys".to_owned()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.client.perform_actions(keys).await.expect("a key");
    }

    pub async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a page");
        body.text().await.expect("its text")
    }

    pub async fn sees(&self, text: &str) {
        let page = self.text().await;
        assert!(page.contains(text), "{} does not say “{text}”:\n{page}", self.path().await);
    }

    /// Runs a script of the test's own; works with the page's scripts switched off too.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        self.client.execute(script, Vec::new()).await.expect(script)
    }

    pub async fn close(self) {
        self.client.close().await.expect("closes");
    }
}
