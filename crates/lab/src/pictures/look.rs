//! How an environment looks: every number of its style in one record.

use super::backdrop::Backdrop;

/// Ranges that a picture's own values are drawn from. Lengths in pixels are for a picture of 32 pixels a side and grow
/// with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Backgrounds and how often each comes.
    pub backdrops: &'static [(Backdrop, u32)],
    /// Factors on the background's saturation and value.
    pub backdrop_tone: (f32, f32),
    /// Longer side of the object, as a share of the picture's.
    pub size: (f32, f32),
    /// How much of the room around the object it may use: 0 is centred.
    pub wander: f32,
    /// How far below the middle of its room the object is on average: 0 is the middle, 1 the bottom.
    pub sink: f32,
    /// Factor on how far the class may turn.
    pub turn: f32,
    /// Greatest relative stretch along one axis.
    pub stretch: f32,
    /// At most so many things lie about.
    pub clutter: usize,
    /// In so many of 100 pictures something is in front of a part of the object.
    pub occlusion: u32,
    /// So many of 100 objects have the colour they have in life; the others any colour in the two ranges below.
    pub natural: u32,
    /// Saturation of colours not from life; also multiplies those from life by its middle, doubled.
    pub saturation: (f32, f32),
    /// Value of colours not from life.
    pub value: (f32, f32),
    /// How far colours from life are varied.
    pub vary: f32,
    /// Least distance in grey levels between the object's main colour and what is behind it.
    pub legible: f32,
    /// Contours and inner lines.
    pub contour: Contours,
    /// Light and shade over an object.
    pub shading: (f32, f32),
    /// A shadow on the ground.
    pub shadow: bool,
    /// Width of brush strokes in pixels.
    pub strokes: Option<(f32, f32)>,
    /// Passes of blur.
    pub blur: (f32, f32),
    /// Slope of light over the whole picture.
    pub slope: f32,
    /// Darkening of the corners.
    pub vignette: (f32, f32),
    /// Standard deviation of the noise, in levels of 255.
    pub noise: (f32, f32),
    /// Contrast around middle grey.
    pub contrast: (f32, f32),
    /// Gain of red, green and blue: a camera's white balance.
    pub gain: [f32; 3],
    /// Relative range of the gain, common to all channels.
    pub exposure: f32,
    /// So many of 100 pictures are black and white.
    pub grey: u32,
}

/// How outlines are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Contours {
    None,
    /// Dark lines of a width range around filled areas.
    Ink((f32, f32)),
    /// Grey lines of a width range, drawn twice, on unfilled areas.
    Pencil((f32, f32)),
}

/// A plain photograph.
pub(super) const PHOTO: Look = Look {
    backdrops: &[
        (Backdrop::Outdoor, 5),
        (Backdrop::Indoor, 3),
        (Backdrop::Texture, 3),
    ],
    backdrop_tone: (0.9, 1.0),
    size: (0.55, 0.92),
    wander: 0.8,
    sink: 0.25,
    turn: 1.0,
    stretch: 0.16,
    clutter: 3,
    occlusion: 30,
    natural: 55,
    saturation: (0.15, 0.65),
    value: (0.25, 0.9),
    vary: 0.12,
    legible: 34.0,
    contour: Contours::None,
    shading: (0.15, 0.5),
    shadow: true,
    strokes: None,
    blur: (0.0, 0.6),
    slope: 0.25,
    vignette: (0.0, 0.5),
    noise: (1.5, 7.0),
    contrast: (0.85, 1.15),
    gain: [1.0, 1.0, 1.0],
    exposure: 0.15,
    grey: 2,
};

/// A painting.
pub(super) const ART: Look = Look {
    backdrops: &[
        (Backdrop::Wash, 6),
        (Backdrop::Outdoor, 2),
        (Backdrop::Indoor, 1),
    ],
    backdrop_tone: (1.0, 0.95),
    size: (0.6, 0.95),
    wander: 0.7,
    turn: 1.2,
    stretch: 0.25,
    clutter: 2,
    occlusion: 15,
    natural: 30,
    saturation: (0.2, 0.9),
    value: (0.2, 0.95),
    vary: 0.22,
    legible: 45.0,
    shading: (0.1, 0.4),
    shadow: false,
    strokes: Some((1.1, 2.0)),
    blur: (0.0, 0.3),
    slope: 0.15,
    vignette: (0.0, 0.3),
    noise: (2.0, 7.0),
    contrast: (0.9, 1.3),
    gain: [1.04, 1.0, 0.92],
    exposure: 0.15,
    grey: 3,
    ..PHOTO
};

/// A cartoon: flat bright colours within dark lines.
pub(super) const CARTOON: Look = Look {
    backdrops: &[(Backdrop::Flat, 6), (Backdrop::Hills, 4)],
    backdrop_tone: (1.0, 1.0),
    size: (0.6, 0.95),
    wander: 0.7,
    sink: 0.0,
    turn: 1.3,
    stretch: 0.3,
    clutter: 2,
    occlusion: 12,
    natural: 35,
    saturation: (0.55, 1.0),
    value: (0.7, 1.0),
    vary: 0.2,
    legible: 0.0,
    contour: Contours::Ink((0.5, 1.0)),
    shading: (0.0, 0.0),
    shadow: false,
    strokes: None,
    blur: (0.0, 0.25),
    slope: 0.0,
    vignette: (0.0, 0.0),
    noise: (0.0, 2.0),
    contrast: (1.0, 1.1),
    gain: [1.0, 1.0, 1.0],
    exposure: 0.03,
    grey: 3,
};

/// A pencil sketch: grey lines on paper.
pub(super) const SKETCH: Look = Look {
    backdrops: &[(Backdrop::Paper, 1)],
    size: (0.62, 0.95),
    wander: 0.6,
    turn: 1.2,
    stretch: 0.25,
    clutter: 1,
    occlusion: 8,
    natural: 0,
    contour: Contours::Pencil((0.3, 0.6)),
    blur: (0.0, 0.4),
    noise: (1.0, 5.0),
    contrast: (0.9, 1.1),
    grey: 85,
    ..CARTOON
};

/// VLCS: four collections of photographs, each with its own places, framing and camera.
pub(super) const VLCS: [Look; 4] = [
    // Caltech101: one object, large, in the middle, much of it cut out on white.
    Look {
        backdrops: &[
            (Backdrop::Studio, 7),
            (Backdrop::Indoor, 2),
            (Backdrop::Texture, 1),
        ],
        size: (0.75, 0.97),
        wander: 0.4,
        turn: 0.6,
        clutter: 0,
        occlusion: 3,
        natural: 70,
        blur: (0.0, 0.3),
        noise: (1.0, 4.0),
        contrast: (1.0, 1.2),
        ..PHOTO
    },
    // LabelMe: streets and yards, far away, pale.
    Look {
        backdrops: &[(Backdrop::Outdoor, 8), (Backdrop::Texture, 2)],
        backdrop_tone: (0.6, 1.05),
        size: (0.52, 0.86),
        wander: 0.9,
        clutter: 3,
        occlusion: 22,
        natural: 55,
        saturation: (0.05, 0.4),
        blur: (0.2, 0.8),
        contrast: (0.75, 1.0),
        gain: [0.96, 1.0, 1.06],
        ..PHOTO
    },
    // SUN09: rooms in warm light.
    Look {
        backdrops: &[(Backdrop::Indoor, 8), (Backdrop::Outdoor, 2)],
        size: (0.5, 0.84),
        wander: 1.0,
        clutter: 4,
        occlusion: 30,
        natural: 50,
        noise: (2.0, 8.0),
        contrast: (0.75, 1.0),
        gain: [1.14, 1.0, 0.78],
        slope: 0.35,
        ..PHOTO
    },
    // VOC2007: anywhere, close, often cut off, with a flash.
    Look {
        backdrops: &[
            (Backdrop::Outdoor, 4),
            (Backdrop::Indoor, 3),
            (Backdrop::Texture, 4),
        ],
        size: (0.6, 1.15),
        wander: 1.0,
        turn: 1.6,
        stretch: 0.25,
        clutter: 4,
        occlusion: 45,
        natural: 45,
        saturation: (0.2, 0.8),
        shading: (0.3, 0.7),
        vignette: (0.3, 0.9),
        noise: (3.0, 9.0),
        contrast: (0.95, 1.3),
        ..PHOTO
    },
];

/// PACS: a painting, a cartoon, a photograph, a sketch.
pub(super) const PACS: [Look; 4] = [ART, CARTOON, PHOTO, SKETCH];

/// OfficeHome: art, clip art, product photographs, the real world.
pub(super) const OFFICE_HOME: [Look; 4] = [
    Look { natural: 45, ..ART },
    // Clip art: on white, some of it black and white, finer lines.
    Look {
        backdrops: &[(Backdrop::Flat, 9), (Backdrop::Hills, 1)],
        contour: Contours::Ink((0.3, 0.8)),
        clutter: 0,
        grey: 20,
        ..CARTOON
    },
    // Product: a clean photograph on white.
    Look {
        backdrops: &[(Backdrop::Studio, 1)],
        size: (0.72, 0.97),
        wander: 0.3,
        turn: 0.8,
        clutter: 0,
        occlusion: 0,
        natural: 60,
        blur: (0.0, 0.3),
        slope: 0.05,
        vignette: (0.0, 0.1),
        noise: (0.5, 3.0),
        contrast: (1.0, 1.2),
        ..PHOTO
    },
    Look {
        backdrops: &[(Backdrop::Indoor, 6), (Backdrop::Texture, 4)],
        turn: 1.3,
        clutter: 4,
        occlusion: 30,
        natural: 50,
        ..PHOTO
    },
];

/// A camera trap: small animals, blurred, by day and by night.
const TRAP: Look = Look {
    size: (0.45, 0.75),
    wander: 0.9,
    sink: 0.5,
    clutter: 0,
    occlusion: 35,
    natural: 90,
    vary: 0.06,
    legible: 36.0,
    saturation: (0.05, 0.3),
    value: (0.25, 0.6),
    shading: (0.1, 0.4),
    shadow: true,
    blur: (0.2, 0.8),
    slope: 0.1,
    vignette: (0.2, 0.8),
    noise: (1.5, 5.0),
    contrast: (0.8, 1.1),
    exposure: 0.25,
    grey: 50,
    ..PHOTO
};

/// TerraIncognita: four places with a camera each.
pub(super) const TERRA: [Look; 4] = [
    Look { grey: 60, ..TRAP },
    Look {
        size: (0.5, 0.8),
        gain: [1.08, 1.0, 0.9],
        grey: 40,
        ..TRAP
    },
    Look {
        size: (0.4, 0.68),
        gain: [0.92, 1.02, 1.0],
        contrast: (0.7, 0.95),
        grey: 50,
        ..TRAP
    },
    Look {
        noise: (3.0, 7.0),
        grey: 75,
        ..TRAP
    },
];

/// The pretraining set: photographs first of all, with a little of every other style, and how often each comes.
pub(super) const PRETRAINING: [(Look, u32); 5] = [
    (PHOTO, 60),
    (OFFICE_HOME[2], 20),
    (ART, 8),
    (CARTOON, 8),
    (SKETCH, 4),
];
