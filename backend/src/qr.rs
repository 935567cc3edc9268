//! QR codes for paper and screens.
//!
//! Deliberately absent: pictures in other forms, and anything fetched from elsewhere.

use anyhow::Context;
use qrcode::QrCode;
use qrcode::render::svg;

/// A text as a QR code: an SVG element without the XML declaration, so that a page can show it.
pub fn svg(text: &str) -> anyhow::Result<String> {
    let code = QrCode::new(text.as_bytes()).context("a QR code")?;
    let document = code.render::<svg::Color>().min_dimensions(220, 220).build();
    let start = document.find("<svg").context("an SVG element")?;
    Ok(document[start..].to_owned())
}
