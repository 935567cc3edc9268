//! Typesetting: a template of ours and data in, a PDF out.
//!
//! Data reaches the template as JSON and is never read as markup. A character that the font does not have is printed
//! as `[U+XXXX]`, so that nobody takes a letter with a hole for a whole one. One document at a time, and the font is
//! read for each: typesetting is rare and its memory goes back. Deliberately absent: other fonts, files, packages.

use anyhow::{Context, anyhow, ensure};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use tokio::sync::Semaphore;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Smart, Str, Value};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// The families we take, in order, of those in a font file: simplified shapes first.
const FAMILIES: [&str; 4] = ["Noto Sans CJK SC", "Noto Serif CJK SC", "Source Han Sans SC", "Source Han Serif SC"];

/// Makes PDFs with one font.
pub struct Typesetter {
    font: PathBuf,
    turn: Semaphore,
}

impl Typesetter {
    /// With the font in this file (`.ttc`, `.otf`, `.ttf`).
    pub fn new(font: &Path) -> anyhow::Result<Self> {
        ensure!(
            font.is_file(),
            "there is no font for PDF letters at {}: install fonts-noto-cjk, or name another with PDF_FONT",
            font.display()
        );
        Ok(Typesetter { font: font.to_owned(), turn: Semaphore::new(1) })
    }

    /// Sets `template` with `data`; `ident` identifies the document for ever.
    pub async fn pdf(&self, template: &'static str, ident: &str, data: Json) -> anyhow::Result<Vec<u8>> {
        let _turn = self.turn.acquire().await?;
        let (font, ident) = (self.font.clone(), ident.to_owned());
        tokio::task::spawn_blocking(move || {
            let pdf = typeset(&font, template, ident, data);
            comemo::evict(0);
            pdf
        })
        .await?
    }
}

fn typeset(font: &Path, template: &str, ident: String, mut data: Json) -> anyhow::Result<Vec<u8>> {
    let font = load(font)?;
    show_missing(&mut data, &font);
    let mut inputs = Dict::new();
    inputs.insert(Str::from("data"), Value::Str(data.to_string().into()));
    inputs.insert(Str::from("font"), Value::Str(font.info().family.as_str().into()));
    let desk = Desk {
        library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
        book: LazyHash::new(FontBook::from_fonts([&font])),
        font,
        source: Source::detached(template),
    };
    let document: PagedDocument = typst::compile(&desk).output.map_err(|errors| said(&errors))?;
    let options = PdfOptions { ident: Smart::Custom(ident), creator: Smart::Custom(None), ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(|errors| said(&errors))
}

/// The face of the file that we take.
fn load(path: &Path) -> anyhow::Result<Font> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the font {}", path.display()))?;
    let mut faces: Vec<Font> = Font::iter(Bytes::new(bytes)).collect();
    let rank = |font: &Font| FAMILIES.iter().position(|family| font.info().family == *family);
    let best = (0..faces.len()).min_by_key(|place| rank(&faces[*place]).unwrap_or(FAMILIES.len()));
    best.map(|place| faces.swap_remove(place)).ok_or_else(|| anyhow!("{} holds no font", path.display()))
}

fn said(errors: &[SourceDiagnostic]) -> anyhow::Error {
    let texts: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    anyhow!("the template cannot be set: {}", texts.join("; "))
}

/// Writes `[U+XXXX]` for each character that the font lacks, in all texts.
fn show_missing(data: &mut Json, font: &Font) {
    match data {
        Json::String(text) => *text = text.chars().map(|char| shown(char, font)).collect(),
        Json::Array(items) => items.iter_mut().for_each(|item| show_missing(item, font)),
        Json::Object(fields) => fields.values_mut().for_each(|value| show_missing(value, font)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn shown(char: char, font: &Font) -> String {
    if char.is_control() {
        " ".to_owned()
    } else if font.info().coverage.contains(u32::from(char)) {
        char.to_string()
    } else {
        format!("[U+{:04X}]", u32::from(char))
    }
}

/// What a template can see: itself and one font.
struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    font: Font,
    source: Source,
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        (index == 0).then(|| self.font.clone())
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
