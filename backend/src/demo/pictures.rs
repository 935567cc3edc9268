//! Drawn pictures for what the demo reports: nobody's village and nobody's invoice.

use bytes::Bytes;
use image::{ImageFormat, ImageResult, Rgb, RgbImage};
use std::io::Cursor;

/// A road with lamps at dusk.
pub fn village_road() -> ImageResult<Bytes> {
    let (width, height) = (960_u32, 720_u32);
    let mut picture = RgbImage::from_fn(width, height, |x, y| {
        let hills = 330 - wave(x, 420, 110) - wave(x + 60, 170, 40);
        let road = x.abs_diff(width / 2) + 340 < y;
        match () {
            () if y < hills => Rgb([fade(y, 70, 3), fade(y, 92, 4), fade(y, 140, 5)]),
            () if y < 400 => Rgb([52, 84, 66]),
            () if road => Rgb([120, 118, 112]),
            () => Rgb([74, 112, 70]),
        }
    });
    for (x, foot, tall) in [(180, 700, 380), (310, 560, 250), (390, 470, 160), (780, 700, 380), (650, 560, 250)] {
        rectangle(&mut picture, (x, foot - tall), (6, tall), [58, 62, 66]);
        rectangle(&mut picture, (x - 18, foot - tall - 8), (42, 12), [255, 226, 140]);
    }
    jpeg(&picture)
}

/// A sheet with a frame, a heading and a seal, as banks print them; it says nothing.
pub fn permit() -> ImageResult<Bytes> {
    let mut picture = RgbImage::from_pixel(900, 640, Rgb([246, 243, 230]));
    for (left, top, wide, high) in [(30, 30, 840, 6), (30, 604, 840, 6), (30, 30, 6, 580), (864, 30, 6, 580)] {
        rectangle(&mut picture, (left, top), (wide, high), [120, 96, 60]);
    }
    rectangle(&mut picture, (300, 80), (300, 30), [120, 96, 60]);
    for row in 0..5 {
        rectangle(&mut picture, (110, 180 + row * 70), (120, 16), [150, 150, 144]);
        rectangle(&mut picture, (260, 180 + row * 70), (260 + (row * 71) % 240, 16), [178, 176, 168]);
    }
    seal(&mut picture, (720, 500));
    jpeg(&picture)
}

/// A page with a heading, ruled lines and a seal; it says nothing.
pub fn invoice() -> ImageResult<Bytes> {
    let mut picture = RgbImage::from_pixel(900, 600, Rgb([250, 249, 244]));
    rectangle(&mut picture, (320, 40), (260, 26), [150, 60, 50]);
    for row in 0..7 {
        rectangle(&mut picture, (60, 120 + row * 60), (780, 2), [120, 130, 140]);
        rectangle(&mut picture, (80, 146 + row * 60), (150 + (row * 53) % 260, 12), [190, 194, 198]);
        rectangle(&mut picture, (690, 146 + row * 60), (110, 12), [190, 194, 198]);
    }
    seal(&mut picture, (730, 460));
    jpeg(&picture)
}

/// A red ring.
fn seal(picture: &mut RgbImage, (across, down): (u32, u32)) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let square = x.abs_diff(across).pow(2) + y.abs_diff(down).pow(2);
        if (66 * 66..74 * 74).contains(&square) {
            *pixel = Rgb([196, 64, 56]);
        }
    }
}

/// The sky grows lighter towards the hills.
fn fade(y: u32, dark: u8, slope: u32) -> u8 {
    dark.saturating_add(u8::try_from(y * slope / 16).unwrap_or(u8::MAX))
}

/// A ridge: up and down again every so many pixels.
fn wave(x: u32, period: u32, height: u32) -> u32 {
    let at = x % period;
    at.min(period - at) * 2 * height / period
}

fn rectangle(picture: &mut RgbImage, (left, top): (u32, u32), (width, height): (u32, u32), colour: [u8; 3]) {
    for y in top..top + height {
        for x in left..left + width {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

fn jpeg(picture: &RgbImage) -> ImageResult<Bytes> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner().into())
}
