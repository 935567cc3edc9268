//! Decodes a picture, turns it upright, scales it down and encodes it anew; reads place and time from its EXIF.

use anyhow::{Context, anyhow, ensure};
use chrono::NaiveDateTime;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

const FULL_SIDE: u32 = 1_600;
const SMALL_SIDE: u32 = 480;
/// What a phone of today takes at most, with room: 60 megapixels.
const PIXELS_MAX: u64 = 60_000_000;
/// Neither side is longer: what scales a picture down works on whole rows and columns.
const SIDE_MAX: u32 = 12_000;
/// As many pixels of red, green, blue and opacity at 8 bits each; pictures of 16 bits have half of that.
const DECODED_BYTES_MAX: u64 = PIXELS_MAX * 4;

pub struct Picture {
    pub full: Vec<u8>,
    pub small: Vec<u8>,
    pub width: i32,
    pub height: i32,
    pub taken: Taken,
}

/// Where and when a picture was taken, as its EXIF says.
#[derive(Default, Debug, PartialEq)]
pub struct Taken {
    /// Latitude and longitude in thousandths of a degree (about 100 m).
    pub place: Option<(i64, i64)>,
    /// By the camera's clock, which knows no zone.
    pub at: Option<NaiveDateTime>,
}

/// Makes a safe picture of an upload; the error is the sentence for the person.
pub fn read(upload: &[u8]) -> anyhow::Result<Picture> {
    let not_a_picture = "这个文件不是 JPEG、PNG 或 WebP 照片，请换一张";
    let format = image::guess_format(upload).context(not_a_picture)?;
    ensure!(matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP), not_a_picture);
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::default();
    // The decoders need something beside the picture itself.
    limits.max_alloc = Some(DECODED_BYTES_MAX * 5 / 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| anyhow!(not_a_picture))?;
    check_size(&decoder)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let damaged = |_| anyhow!("照片已损坏，打不开，请换一张");
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    // Scaled down first: turning a picture takes its size once more.
    let mut full = within(&image, FULL_SIDE);
    drop(image);
    full.apply_orientation(orientation);
    let small = within(&full, SMALL_SIDE);
    Ok(Picture {
        width: i32::try_from(full.width())?,
        height: i32::try_from(full.height())?,
        full: encode(&full)?,
        small: encode(&small)?,
        taken: taken(upload),
    })
}

/// Refuses by its head what would take too much memory when decoded.
fn check_size(decoder: &impl ImageDecoder) -> anyhow::Result<()> {
    let (width, height) = decoder.dimensions();
    ensure!(u64::from(width) * u64::from(height) <= PIXELS_MAX, "照片的像素太多，请换一张小一些的（最多 6000 万像素）");
    ensure!(width.max(height) <= SIDE_MAX, "照片太长或太宽，请裁剪后再上传（每边最多 12000 像素）");
    ensure!(decoder.total_bytes() <= DECODED_BYTES_MAX, "照片展开后太大，请另存为普通的 JPEG 再上传");
    Ok(())
}

fn within(image: &DynamicImage, side: u32) -> DynamicImage {
    if image.width() <= side && image.height() <= side {
        return image.clone();
    }
    // The fine filter works with floats, four times the memory: a large picture is halved coarsely before.
    let coarse = (image.width().max(image.height()) > 2 * side).then(|| image.thumbnail(2 * side, 2 * side));
    coarse.as_ref().unwrap_or(image).resize(side, side, FilterType::Triangle)
}

fn encode(image: &DynamicImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    image.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 82))?;
    Ok(bytes)
}

/// Place and time, where they can be read; a picture without EXIF is as good as any.
fn taken(upload: &[u8]) -> Taken {
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(upload)) else {
        return Taken::default();
    };
    let latitude = degrees(&exif, exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, b'S');
    let longitude = degrees(&exif, exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, b'W');
    let at = exif.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY).and_then(|field| match &field.value {
        exif::Value::Ascii(texts) => {
            let text = std::str::from_utf8(texts.first()?).ok()?;
            NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok()
        }
        _ => None,
    });
    Taken { place: latitude.zip(longitude), at }
}

/// Thousandths of a degree from degrees, minutes and seconds, in whole numbers.
fn degrees(exif: &exif::Exif, tag: exif::Tag, reference: exif::Tag, negative: u8) -> Option<i64> {
    let exif::Value::Rational(parts) = &exif.get_field(tag, exif::In::PRIMARY)?.value else { return None };
    let mut thousandths = 0_i64;
    for (part, divisor) in parts.iter().zip([1_i64, 60, 3600]) {
        let denominator = i64::from(part.denom).checked_mul(divisor).filter(|n| *n > 0)?;
        thousandths += i64::from(part.num) * 1_000 / denominator;
    }
    let is_negative = match &exif.get_field(reference, exif::In::PRIMARY)?.value {
        exif::Value::Ascii(texts) => texts.first()?.first() == Some(&negative),
        _ => false,
    };
    (thousandths <= 180_000).then_some(if is_negative { -thousandths } else { thousandths })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(width, height).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_large_picture_is_scaled_down_and_becomes_a_jpeg() {
        let picture = read(&png(3_200, 1_000)).unwrap();
        assert_eq!((picture.width, picture.height), (1_600, 500));
        assert_eq!(image::guess_format(&picture.full).unwrap(), ImageFormat::Jpeg);
        assert_eq!(image::load_from_memory(&picture.small).unwrap().width(), 480);
    }

    /// The head of a PNG that has no body: what it claims is refused before anything is decoded.
    fn png_head(width: u32, height: u32, bits: u8, colour: u8) -> Vec<u8> {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let chunk = [b"IHDR".as_slice(), &size, &[bits, colour, 0, 0, 0]].concat();
        let checksum = crc32(&chunk).to_be_bytes();
        [b"\x89PNG\r\n\x1a\n".as_slice(), &13_u32.to_be_bytes(), &chunk, &checksum, &png(1, 1)[33..]].concat()
    }

    /// The checksum of PNG's chunks.
    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_by_its_head() {
        let (rgb, rgba) = (2, 6);
        for (width, height, bits, colour, says) in [
            (60_000_000, 1, 8, rgb, "太长或太宽"),
            (1, 12_001, 8, rgb, "太长或太宽"),
            (10_000, 6_001, 8, rgb, "像素太多"),
            (10_000, 6_000, 16, rgba, "展开后太大"),
        ] {
            let refused = read(&png_head(width, height, bits, colour)).err().expect("is refused").to_string();
            assert!(refused.contains(says), "{width}×{height}: {refused}");
        }
    }

    #[test]
    fn a_long_picture_within_the_limits_is_scaled_down_by_its_longer_side() {
        let picture = read(&png(12_000, 30)).unwrap();
        assert_eq!((picture.width, picture.height), (1_600, 4));
    }

    /// A JPEG that says where and when it was taken: 24°18'54" N, 116°06'36" E.
    fn jpeg_with_place() -> Vec<u8> {
        use exif::{Field, In, Rational, Tag, Value};
        let dms = |d, m, s| Value::Rational([d, m, s].map(|num| Rational { num, denom: 1 }).to_vec());
        let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        let fields = [
            (Tag::GPSLatitude, dms(24, 18, 54)),
            (Tag::GPSLatitudeRef, text("N")),
            (Tag::GPSLongitude, dms(116, 6, 36)),
            (Tag::GPSLongitudeRef, text("E")),
            (Tag::DateTimeOriginal, text("2026:05:01 09:30:00")),
        ]
        .map(|(tag, value)| Field { tag, ifd_num: In::PRIMARY, value });
        let mut writer = exif::experimental::Writer::new();
        for field in &fields {
            writer.push_field(field);
        }
        let mut block = Cursor::new(Vec::new());
        writer.write(&mut block, false).unwrap();
        let segment = [b"Exif\0\0".as_slice(), &block.into_inner()].concat();
        let mut plain = Vec::new();
        DynamicImage::new_rgb8(64, 48).write_to(&mut Cursor::new(&mut plain), ImageFormat::Jpeg).unwrap();
        let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, &segment, &plain[2..]].concat()
    }

    #[test]
    fn the_place_is_read_to_three_decimals_and_stripped_from_what_is_kept() {
        let picture = read(&jpeg_with_place()).unwrap();
        assert_eq!(picture.taken.place, Some((24_315, 116_110)));
        assert_eq!(picture.taken.at.map(|at| at.to_string()).as_deref(), Some("2026-05-01 09:30:00"));
        for kept in [&picture.full, &picture.small] {
            assert!(exif::Reader::new().read_from_container(&mut Cursor::new(kept)).is_err());
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        for upload in [&b"<svg onload=alert(1)>"[..], b"", b"GIF89a\x01\x00\x01\x00", &png(4, 4)[..20]] {
            let message = read(upload).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains("照片"), "{message}");
        }
    }
}
