//! Turns the frontend into `target/site`: wasm and its script, the start script and the style sheet, each named
//! by its content, with brotli and gzip twins, listed in `manifest.json`.
//!
//! Deliberately absent: watching, serving, and any download but the toolchain's (see `toolchain.rs`).

mod site;
mod toolchain;

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What the result depends on.
const SOURCES: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "backend/domain/Cargo.toml",
    "backend/domain/src",
    "frontend/Cargo.toml",
    "frontend/bundle/src",
    "frontend/public",
    "frontend/src",
    "frontend/style",
];

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    let stamp = target.join("site.stamp");
    let state = state_of_sources(&root)?;
    let unchanged = std::fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == state);
    if std::env::args().any(|argument| argument == "--if-changed") && unchanged {
        return Ok(());
    }
    make(&root, &target)?;
    std::fs::write(stamp, state)?;
    Ok(())
}

fn make(root: &Path, target: &Path) -> anyhow::Result<()> {
    let wasm = build(root, &target.join("browser"))?;
    let glue = target.join("browser/glue");
    bind(&wasm, &glue)?;
    site::write(&root.join("frontend"), &glue, &target.join("site"))
}

/// A digest over all sources and their names.
fn state_of_sources(root: &Path) -> anyhow::Result<String> {
    let mut paths: Vec<PathBuf> = SOURCES.iter().map(|source| root.join(source)).collect();
    let mut digest = Sha256::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            let mut entries: Vec<_> =
                std::fs::read_dir(&path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
            entries.sort();
            paths.extend(entries);
        } else {
            digest.update(path.strip_prefix(root)?.as_os_str().as_encoded_bytes());
            digest.update(std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        }
    }
    Ok(digest.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}

/// Compiles the frontend for the browser and returns the wasm file.
fn build(root: &Path, target: &Path) -> anyhow::Result<PathBuf> {
    let toolchain = toolchain::find(root)?;
    println!("bundle: building the browser side with {}", toolchain.description());
    let mut cargo = toolchain.cargo();
    cargo
        .current_dir(root)
        .args(["rustc", "--package", "frontend", "--lib", "--crate-type", "cdylib", "--features", "hydrate"])
        .args(["--profile", "browser", "--locked", "--target", toolchain::TARGET, "--target-dir"])
        .arg(target)
        .args(toolchain.arguments());
    let status = cargo.status().context("cannot start cargo")?;
    ensure!(status.success(), "the browser side does not build");
    Ok(target.join(toolchain::TARGET).join("browser/frontend.wasm"))
}

/// Writes `frontend.js` and `frontend_bg.wasm` beside each other.
fn bind(wasm: &Path, glue: &Path) -> anyhow::Result<()> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(glue)
}
