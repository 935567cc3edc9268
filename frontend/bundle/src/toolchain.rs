//! A compiler that can build for the browser: the installed one, or one added by rustup, or Debian's, unpacked
//! into a folder of ours. Nothing is installed and nothing removed.
//!
//! Debian's packages conflict with its own `rustc` and with `rustup` when installed; unpacked they do not.

use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const TARGET: &str = "wasm32-unknown-unknown";

pub enum Toolchain {
    /// The compiler that builds everything else also has the target.
    Installed,
    /// Debian's compiler in this folder; the standard library is built from its source.
    Unpacked { folder: PathBuf, linker: PathBuf },
}

impl Toolchain {
    pub fn description(&self) -> String {
        match self {
            Toolchain::Installed => format!("the installed target {TARGET}"),
            Toolchain::Unpacked { folder, .. } => format!("Debian's compiler in {}", folder.display()),
        }
    }

    /// A cargo that uses this compiler.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // A flag meant for the machine's own target must not reach the browser's.
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_RUSTFLAGS");
        if let Toolchain::Unpacked { folder, linker } = self {
            cargo
                .env("RUSTC", folder.join("usr/bin/rustc"))
                .env("LD_LIBRARY_PATH", folder.join("usr/lib/x86_64-linux-gnu"))
                // Building the standard library is still called unstable.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }

    pub fn arguments(&self) -> &'static [&'static str] {
        match self {
            Toolchain::Installed => &[],
            Toolchain::Unpacked { .. } => &["-Z", "build-std=std,panic_abort"],
        }
    }
}

/// The first that is there, in the order of least effort.
pub fn find(root: &Path) -> anyhow::Result<Toolchain> {
    if has_target() || rustup_adds_target(root) {
        return Ok(Toolchain::Installed);
    }
    let linker = rust_lld().context("rustc comes without rust-lld: use rustup's toolchain")?;
    Ok(Toolchain::Unpacked { folder: unpack()?, linker })
}

fn rustc(arguments: &[&str]) -> Option<String> {
    let output = Command::new("rustc").args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn has_target() -> bool {
    rustc(&["--print", "target-libdir", "--target", TARGET]).is_some_and(|folder| {
        fs::read_dir(folder).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
        })
    })
}

fn rustup_adds_target(root: &Path) -> bool {
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]).current_dir(root).stdout(Stdio::null()).stderr(Stdio::null());
    rustup.status().is_ok_and(|status| status.success()) && has_target()
}

fn rust_lld() -> Option<PathBuf> {
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?);
    let host = rustc(&["-vV"])?.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned))?;
    let linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
    linker.is_file().then_some(linker)
}

/// Debian's packages for the browser target, fetched by apt (which checks their signatures) and unpacked once.
fn unpack() -> anyhow::Result<PathBuf> {
    let standard = newest("libstd-rust-web-")?;
    let version = standard.trim_start_matches("libstd-rust-web-").to_owned();
    let folder = cache_folder()?.join(format!("rust-web-{version}"));
    if folder.join("complete").exists() {
        return Ok(folder);
    }
    let packages = [standard, llvm(&version)?, "rustc-web".into(), "libstd-rust-web-dev".into(), "rust-web-src".into()];
    println!("bundle: fetching Debian's compiler for the browser (about 140 MB, once): {}", packages.join(" "));
    // A half-unpacked folder of an interrupted start is begun anew.
    let _ = fs::remove_dir_all(&folder);
    let debs = folder.join("packages");
    fs::create_dir_all(&debs)?;
    let status =
        Command::new("apt-get").arg("download").args(&packages).current_dir(&debs).stderr(Stdio::null()).status();
    ensure!(
        status.is_ok_and(|status| status.success()),
        "cannot fetch {}: run `apt-get update` first",
        packages.join(" ")
    );
    for entry in fs::read_dir(&debs)? {
        let status = Command::new("dpkg-deb").arg("-x").arg(entry?.path()).arg(&folder).status()?;
        ensure!(status.success(), "cannot unpack Debian's compiler: is the disk full (it takes 1 GB)?");
    }
    fs::remove_dir_all(&debs)?;
    fs::write(folder.join("complete"), "")?;
    Ok(folder)
}

fn cache_folder() -> anyhow::Result<PathBuf> {
    let folder = match std::env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(std::env::var_os("HOME").context("HOME is not set")?).join(".cache"),
    };
    Ok(folder.join("qiancun"))
}

/// The newest package whose name is `prefix` and a version.
fn newest(prefix: &str) -> anyhow::Result<String> {
    let output = Command::new("apt-cache").args(["search", "--names-only", &format!("^{prefix}[0-9]")]).output();
    let output = output.context("no compiler for the browser: run `rustup target add wasm32-unknown-unknown`")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let version = |name: &str| -> Vec<u32> {
        name.trim_start_matches(prefix).split('.').map(|part| part.parse().unwrap_or_default()).collect()
    };
    match names.max_by_key(|name| version(name)) {
        Some(name) => Ok(name.to_owned()),
        None => bail!("apt knows no package {prefix}*: run `apt-get update`, or `rustup target add {TARGET}`"),
    }
}

/// The LLVM library that this compiler was linked with.
fn llvm(version: &str) -> anyhow::Result<String> {
    let output = Command::new("apt-cache").args(["depends", &format!("libstd-rust-web-{version}")]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let name = text.split_whitespace().find(|word| word.starts_with("libllvm"));
    name.map(str::to_owned).context("cannot tell which LLVM Debian's compiler needs")
}
