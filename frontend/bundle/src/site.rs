//! Writes the finished files: hashed names, compressed twins, the manifest that the server reads.
//!
//! Deliberately absent: twins of pictures, which are compressed as they are.

use anyhow::{Context, ensure};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Beyond this the heaviest page would load slowly on a weak phone (brotli, all wasm).
const WASM_MAX: usize = 150 * 1024;

/// From `frontend/style`, `frontend/public` and the glue to `target/site`.
pub fn write(frontend: &Path, glue: &Path, site: &Path) -> anyhow::Result<()> {
    let fresh = site.with_extension("new");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh)?;
    let mut out = Out { folder: &fresh, manifest: BTreeMap::new() };

    let wasm = fs::read(glue.join("frontend_bg.wasm")).context("wasm-bindgen wrote no wasm")?;
    let wasm_size = out.add("app.wasm", &wasm)?;
    ensure!(wasm_size <= WASM_MAX, "the wasm is {wasm_size} bytes in brotli, more than {WASM_MAX}");
    out.add("app.js", &fs::read(glue.join("frontend.js"))?)?;
    let start = fs::read_to_string(frontend.join("public/start.js"))?;
    let start = start.replace("APP_JS", &out.manifest["app.js"]).replace("APP_WASM", &out.manifest["app.wasm"]);
    out.add("start.js", start.as_bytes())?;
    out.add("style.css", style(&frontend.join("style"))?.as_bytes())?;
    out.add_folder(&frontend.join("public"), "")?;
    fs::write(fresh.join("manifest.json"), serde_json::to_vec_pretty(&out.manifest)?)?;
    let _ = fs::remove_dir_all(site);
    fs::rename(&fresh, site)?;
    println!("bundle: target/site is ready ({} kB of wasm in brotli)", wasm_size / 1024);
    Ok(())
}

/// The parts of the style sheet in the order of their names, which begin with a number for that.
fn style(folder: &Path) -> anyhow::Result<String> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut style = String::new();
    for path in paths {
        style.push_str(&fs::read_to_string(&path)?);
    }
    Ok(style)
}

struct Out<'a> {
    folder: &'a Path,
    manifest: BTreeMap<String, String>,
}

impl Out<'_> {
    /// What lies in a folder as it is, and in the folders below: `help/todo.webp` is called that in the manifest.
    fn add_folder(&mut self, folder: &Path, within: &str) -> anyhow::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{within}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.add_folder(&entry.path(), &format!("{name}/"))?;
            } else if entry.path().extension().is_some_and(|extension| extension == "webp") {
                self.write(&name, &fs::read(entry.path())?)?;
            } else if name != "start.js" {
                self.add(&name, &fs::read(entry.path())?)?;
            }
        }
        Ok(())
    }

    /// Writes one file and its twins. Returns the size in brotli.
    fn add(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<usize> {
        let hashed = self.write(name, bytes)?;
        let brotli = brotli(bytes)?;
        fs::write(self.folder.join(format!("{hashed}.br")), &brotli)?;
        fs::write(self.folder.join(format!("{hashed}.gz")), gzip(bytes)?)?;
        Ok(brotli.len())
    }

    /// Writes one file under a name that tells its content, without folders, and returns that name.
    fn write(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let digest = Sha256::digest(bytes);
        let hash = digest.iter().take(6).fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let (stem, extension) = name.rsplit_once('.').context("a file of the site has an extension")?;
        let hashed = format!("{}.{hash}.{extension}", stem.replace('/', "-"));
        fs::write(self.folder.join(&hashed), bytes)?;
        self.manifest.insert(name.to_owned(), hashed.clone());
        Ok(hashed)
    }
}

fn brotli(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    writer.write_all(bytes)?;
    writer.flush()?;
    drop(writer);
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
