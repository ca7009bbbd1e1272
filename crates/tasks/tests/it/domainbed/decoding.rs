use tasks::domainbed::{Error, decode};

use super::{bytes, difference, fixture, picture};

#[test]
fn pngs_decode_to_pillows_bytes() {
    for name in ["grey", "palette", "alpha"] {
        let ours = picture(&format!("{name}.png"));
        assert_eq!(ours, picture(&format!("decoded-{name}-png.png")), "{name}");
    }
}

/// libjpeg-turbo and zune-jpeg both use integer arithmetic, but round in other places, and interpolate halved colour
/// with other weights.
#[test]
fn jpegs_decode_to_nearly_pillows_bytes() {
    let check = |name: &str, most: u8, mean: f64| {
        let theirs = picture(&format!("decoded-{name}-jpg.png"));
        let found = difference(&picture(&format!("{name}.jpg")), &theirs);
        assert!(found.0 <= most && found.1 <= mean, "{name}: {found:?}");
    };
    check("grey", 1, 0.05);
    check("full", 2, 0.05);
    check("halved", 3, 0.4);
    check("progressive", 4, 0.4);
    check("cmyk", 3, 0.5);
}

#[test]
fn text_named_as_a_picture_is_no_picture() {
    let path = fixture("letter.jpg");
    let error = decode(b"Dear Sir or Madam", &path).unwrap_err();
    assert!(error.is_damage());
    let text = error.to_string();
    assert!(text.contains("letter.jpg"), "{text}");
    assert!(
        text.ends_with("neither a JPEG nor a PNG by its content, expected one of them"),
        "{text}"
    );
    assert!(matches!(decode(b"", &path), Err(Error::NotAPicture { .. })));
    // A picture, but of a kind that cannot be decoded.
    assert!(matches!(
        decode(b"GIF89a\x01\0\x01\0", &path),
        Err(Error::NotAPicture { .. })
    ));
}

#[test]
fn truncated_pictures_are_named() {
    for name in [
        "halved.jpg",
        "progressive.jpg",
        "full.jpg",
        "grey.jpg",
        "source.png",
    ] {
        let whole = bytes(name);
        // From the middle of the headers to the last two bytes.
        for length in [
            20,
            whole.len() / 3,
            whole.len() / 2,
            whole.len() - 40,
            whole.len() - 2,
        ] {
            // A PNG's end is checked by nobody: its pixels are whole without the last chunk.
            if name.ends_with(".png") && length > whole.len() - 20 {
                continue;
            }
            let error = decode(&whole[..length], &fixture(name)).unwrap_err();
            assert!(error.is_damage(), "{name}, {length}: {error}");
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn bytes_after_a_picture_do_no_harm() {
    for name in ["halved.jpg", "source.png"] {
        let mut longer = bytes(name);
        longer.extend(b"taken with a camera");
        assert_eq!(decode(&longer, &fixture(name)).unwrap(), picture(name));
    }
}

#[test]
fn damaged_png_is_named() {
    let mut damaged = bytes("source.png");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    let error = decode(&damaged, &fixture("source.png")).unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error}");
}
