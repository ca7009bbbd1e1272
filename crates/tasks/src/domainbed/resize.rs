//! Pillow's resampling: a triangle filter as wide as the reduction (torchvision's `BILINEAR` on Pillow images).

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ImageView, ResizeAlg, ResizeOptions, Resizer};

use super::{Crop, Rgb};

/// Resizes to `width` x `height`, whatever the aspect.
///
/// # Panics
/// If a side is 0.
pub fn resize(picture: &Rgb, width: usize, height: usize) -> Rgb {
    let whole = Crop {
        left: 0,
        top: 0,
        width: picture.width(),
        height: picture.height(),
    };
    resize_crop(picture, whole, width, height)
}

/// Cuts `crop` out and resizes it to `width` x `height`; no pixel outside the crop has an influence.
///
/// # Panics
/// If a side is 0 or the crop is not within the picture.
pub fn resize_crop(picture: &Rgb, crop: Crop, width: usize, height: usize) -> Rgb {
    let whole: TypedImageRef<'_, U8x3> = TypedImageRef::from_buffer(
        side(picture.width()),
        side(picture.height()),
        picture.bytes(),
    )
    .expect("a picture has three bytes a pixel");
    // A view of the crop rather than the resizer's own crop option, whose filter reaches over the crop's edges.
    let view = TypedCroppedImage::from_ref(
        &whole,
        side(crop.left),
        side(crop.top),
        side(crop.width),
        side(crop.height),
    )
    .expect("the crop is within the picture");
    // In two calls, rows first as in Pillow (until 11; 13 begins with whichever is cheaper, as the resizer itself
    // would): bytes are rounded in between, so the order matters by one grey level in a fifth of them.
    let mut narrowed = TypedImage::new(side(width), side(crop.height));
    pass(&view, &mut narrowed);
    let mut bytes = vec![0; width * height * 3];
    let mut resized = TypedImage::from_buffer(side(width), side(height), &mut bytes)
        .expect("the buffer has three bytes a pixel");
    pass(&narrowed, &mut resized);
    drop(resized);
    Rgb::new(width, height, bytes)
}

/// Resizes along one side, or copies.
fn pass(from: &impl ImageView<Pixel = U8x3>, to: &mut TypedImage<'_, U8x3>) {
    let bilinear = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize_typed(from, to, &bilinear)
        .expect("the whole view is resized, so there is no crop box to be wrong");
}

fn side(pixels: usize) -> u32 {
    u32::try_from(pixels).expect("a side is below 2^32 pixels")
}
