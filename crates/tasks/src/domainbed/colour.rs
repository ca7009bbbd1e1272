//! Pillow's colour arithmetic, byte for byte, as torchvision's transforms use it on Pillow images.
//!
//! Every function changes interleaved RGB bytes in place. Shape of `bytes`: `[n_pixels, 3]`.
//! `ImageEnhance` mixes the picture with a degenerate one: black for brightness, its mean grey for contrast, its greys
//! for saturation; a factor of 1 leaves the picture, 0 gives the degenerate one, more than 1 goes beyond it.

/// `adjust_brightness`: `factor >= 0`.
pub fn brightness(bytes: &mut [u8], factor: f32) {
    mix_with_constant(bytes, 0, factor);
}

/// `adjust_contrast`: `factor >= 0`.
pub fn contrast(bytes: &mut [u8], factor: f32) {
    let (pixels, _) = bytes.as_chunks::<3>();
    let sum: u64 = pixels.iter().map(|&pixel| u64::from(grey(pixel))).sum();
    let mean = (sum as f64 / pixels.len().max(1) as f64 + 0.5) as u8;
    mix_with_constant(bytes, mean, factor);
}

/// `adjust_saturation`: `factor >= 0`.
pub fn saturation(bytes: &mut [u8], factor: f32) {
    let (pixels, _) = bytes.as_chunks_mut::<3>();
    for pixel in pixels {
        let grey = grey(*pixel);
        *pixel = pixel.map(|channel| mix(grey, channel, factor));
    }
}

/// `adjust_hue`: `shift` from -0.5 to 0.5, in turns of the colour circle, whose hues are bytes.
pub fn hue(bytes: &mut [u8], shift: f64) {
    // numpy truncates the product and wraps the sum.
    let shift = (shift * 255.0) as i32 as u8;
    let (pixels, _) = bytes.as_chunks_mut::<3>();
    for pixel in pixels {
        let [hue, saturation, value] = to_hsv(*pixel);
        *pixel = from_hsv([hue.wrapping_add(shift), saturation, value]);
    }
}

/// `to_grayscale` with three channels.
pub fn greyscale(bytes: &mut [u8]) {
    let (pixels, _) = bytes.as_chunks_mut::<3>();
    for pixel in pixels {
        *pixel = [grey(*pixel); 3];
    }
}

/// Pillow's `convert("L")` of a pixel: ITU-R 601-2 luma in 16-bit fixed point.
pub fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let luma = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    ((luma + 0x8000) >> 16) as u8
}

/// Pillow's `convert("HSV")` of a pixel; its single and double precision are kept apart as in the C source.
pub fn to_hsv([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let high = red.max(green).max(blue);
    let low = red.min(green).min(blue);
    if high == low {
        return [0, 0, high];
    }
    let spread = f32::from(high - low);
    let saturation = spread / f32::from(high);
    let below = |channel: u8| f32::from(high - channel) / spread;
    let sixths = if red == high {
        below(blue) - below(green)
    } else if green == high {
        (2.0 + f64::from(below(red)) - f64::from(below(blue))) as f32
    } else {
        (4.0 + f64::from(below(green)) - f64::from(below(red))) as f32
    };
    let turns = f64::from(sixths) / 6.0 + 1.0;
    let hue = (turns - turns.floor()) as f32;
    [
        (f64::from(hue) * 255.0) as u8,
        (f64::from(saturation) * 255.0) as u8,
        high,
    ]
}

/// Pillow's `convert("RGB")` of a pixel of hue, saturation and value.
pub fn from_hsv([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sixths = f64::from(hue) * 6.0 / 255.0;
    let sector = sixths.floor();
    let part = (sixths - sector) as f32;
    let saturation = (f64::from(saturation) / 255.0) as f32;
    let scaled = |share: f64| (f64::from(value) * share + 0.5) as u8;
    let p = scaled(1.0 - f64::from(saturation));
    let q = scaled(1.0 - f64::from(saturation * part));
    let t = scaled(1.0 - f64::from(saturation) * (1.0 - f64::from(part)));
    match sector as u8 % 6 {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}

/// Mixes every byte with one value, through a table.
fn mix_with_constant(bytes: &mut [u8], constant: u8, factor: f32) {
    let table: [u8; 256] = std::array::from_fn(|byte| mix(constant, byte as u8, factor));
    for byte in bytes {
        *byte = table[usize::from(*byte)];
    }
}

/// Pillow's `Image.blend` of two bytes: truncated, and clipped where the factor is above 1.
fn mix(degenerate: u8, byte: u8, factor: f32) -> u8 {
    // A Rust cast truncates and clips.
    (f32::from(degenerate) + factor * (f32::from(byte) - f32::from(degenerate))) as u8
}
