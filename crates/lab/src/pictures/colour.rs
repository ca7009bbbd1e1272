//! Colours: three bytes, made from hue, saturation and value.

use crate::dice::Dice;

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// The colours of one drawing, by the part they are for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    /// The object's main colour.
    pub body: Rgb,
    /// The main colour in shadow: far legs, inner sides.
    pub shade: Rgb,
    /// The second colour: patches, wings, trousers.
    pub second: Rgb,
    /// Bright parts: windows, faces, tusks.
    pub light: Rgb,
    /// Dark parts: eyes, wheels.
    pub dark: Rgb,
    /// Thin lines within the object.
    pub line: Rgb,
}

impl Palette {
    /// One colour and what follows from it.
    pub(super) fn of(body: Rgb, second: Rgb) -> Self {
        Self {
            body,
            shade: scale(body, 0.72),
            second,
            light: mix(body, [245, 242, 232], 0.82),
            dark: mix(body, [22, 20, 24], 0.85),
            line: mix(body, [40, 36, 40], 0.7),
        }
    }
}

/// Hue in turns, saturation and value in `0.0..=1.0`.
pub(super) fn hsv(hue: f32, saturation: f32, value: f32) -> Rgb {
    let sector = (hue - hue.floor()) * 6.0;
    let channel = |offset: f32| {
        let k = (sector + offset) % 6.0;
        let part = k.min(4.0 - k).clamp(0.0, 1.0);
        byte(255.0 * value * (1.0 - saturation * part))
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

/// Hue in turns, saturation and value of a colour.
pub(super) fn to_hsv(rgb: Rgb) -> (f32, f32, f32) {
    let [r, g, b] = rgb.map(|channel| f32::from(channel) / 255.0);
    let high = r.max(g).max(b);
    let spread = high - r.min(g).min(b);
    if spread <= 0.0 {
        return (0.0, 0.0, high);
    }
    let sixths = if high == r {
        (g - b) / spread
    } else if high == g {
        (b - r) / spread + 2.0
    } else {
        (r - g) / spread + 4.0
    };
    let hue = sixths / 6.0;
    (hue - hue.floor(), spread / high, high)
}

/// The same colour a little different: hue by up to `amount` / 4 turns, saturation and value by up to `amount`.
pub(super) fn vary(rgb: Rgb, amount: f32, dice: &mut Dice) -> Rgb {
    let (hue, saturation, value) = to_hsv(rgb);
    hsv(
        hue + dice.around(amount / 4.0),
        (saturation + dice.around(amount)).clamp(0.0, 1.0),
        (value + dice.around(amount)).clamp(0.05, 1.0),
    )
}

/// `t` of the way from `a` to `b`.
pub(super) fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(a[i]), f32::from(b[i]));
        byte(a + (b - a) * t)
    })
}

/// Every channel times `factor`.
pub(super) fn scale(rgb: Rgb, factor: f32) -> Rgb {
    rgb.map(|channel| byte(f32::from(channel) * factor))
}

/// Grey of a colour, 0 to 255 (Rec. 601 weights).
pub(super) fn luma(rgb: [f32; 3]) -> f32 {
    0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
}

/// Nearest byte.
pub(super) fn byte(value: f32) -> u8 {
    (value + 0.5).clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hue_saturation_and_value_come_back() {
        for rgb in [
            [200, 30, 40],
            [10, 200, 90],
            [30, 60, 250],
            [120, 120, 120],
            [255, 255, 0],
        ] {
            let (hue, saturation, value) = to_hsv(rgb);
            assert_eq!(hsv(hue, saturation, value), rgb);
        }
    }
}
