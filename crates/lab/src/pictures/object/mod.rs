//! Objects made of parts: what each class looks like before any style.

mod beast;
mod home;
mod living;
mod outdoor;
mod small;

use super::colour::Rgb;
use super::drawing::Drawing;
use crate::dice::Dice;

/// A class of pictures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    /// As in the class list of its data set.
    pub name: &'static str,
    /// Main and second colour that the object has in life.
    pub colours: [Rgb; 2],
    /// How far from upright it may turn, in turns: 0.5 is any way round.
    pub turn: f32,
    /// One object of the class; `None` for a class without one (`empty`).
    pub draw: Option<fn(&mut Drawing, &mut Dice)>,
}

const fn class(
    name: &'static str,
    body: u32,
    second: u32,
    turn: f32,
    draw: fn(&mut Drawing, &mut Dice),
) -> Class {
    Class {
        name,
        colours: [rgb(body), rgb(second)],
        turn,
        draw: Some(draw),
    }
}

const fn rgb(code: u32) -> Rgb {
    [(code >> 16) as u8, (code >> 8) as u8, code as u8]
}

/// Classes of VLCS.
pub(super) const VLCS: &[Class] = &[
    class("bird", 0x8a6a4a, 0xd8a040, 0.05, living::bird),
    class("car", 0xb03028, 0x606468, 0.03, outdoor::car),
    class("chair", 0x8a5a30, 0xb08850, 0.04, home::chair),
    class("dog", 0xa87840, 0x604020, 0.04, beast::dog),
    class("person", 0x3860a0, 0x303848, 0.03, living::person),
];

/// Classes of PACS.
pub(super) const PACS: &[Class] = &[
    class("dog", 0xa87840, 0x604020, 0.05, beast::dog),
    class("elephant", 0x84848c, 0x606068, 0.04, beast::elephant),
    class("giraffe", 0xd8a850, 0x8a5424, 0.04, beast::giraffe),
    class("guitar", 0xb06a28, 0x503018, 0.14, outdoor::guitar),
    class("horse", 0x7a4a28, 0x38241a, 0.04, beast::horse),
    class("house", 0xc8b090, 0x984838, 0.03, outdoor::house),
    class("person", 0x3860a0, 0x303848, 0.04, living::person),
];

/// Sixteen of OfficeHome's 65 classes.
pub(super) const OFFICE_HOME: &[Class] = &[
    class("Alarm_Clock", 0xc03830, 0xc8a848, 0.05, home::alarm_clock),
    class("Bike", 0x2860a8, 0x404040, 0.05, home::bike),
    class("Bottle", 0x388848, 0xb03838, 0.08, home::bottle),
    class("Bucket", 0x8090a0, 0x486898, 0.05, home::bucket),
    class("Candles", 0xe0d0a8, 0xe89830, 0.03, home::candles),
    class("Chair", 0x8a5a30, 0xb08850, 0.05, home::chair),
    class("Flowers", 0xd04878, 0x408838, 0.06, home::flowers),
    class("Fork", 0xa8acb4, 0x787c84, 0.3, home::fork),
    class("Glasses", 0x383838, 0x606060, 0.06, home::glasses),
    class("Hammer", 0xa87038, 0x505860, 0.3, home::hammer),
    class("Kettle", 0x909aa4, 0x707880, 0.04, home::kettle),
    class("Lamp_Shade", 0xe0c890, 0xa07848, 0.04, home::lamp_shade),
    class("Mug", 0x4878b8, 0xe0e0e0, 0.06, home::mug),
    class("Pan", 0x484c52, 0x302824, 0.16, home::pan),
    class("Scissors", 0xc83838, 0xa0a4ac, 0.25, home::scissors),
    class("Spoon", 0xa8acb4, 0x787c84, 0.3, home::spoon),
];

/// Classes of TerraIncognita.
pub(super) const TERRA: &[Class] = &[
    class("bird", 0x5a4a3a, 0x7a6a50, 0.05, living::bird),
    class("bobcat", 0x9a7c58, 0x5a4634, 0.03, beast::bobcat),
    class("cat", 0x6a625a, 0x4a443e, 0.03, beast::cat),
    class("coyote", 0x94826a, 0x6a5a48, 0.03, beast::coyote),
    class("dog", 0x7a5c3c, 0x503c28, 0.03, beast::dog),
    Class {
        name: "empty",
        colours: [[128; 3]; 2],
        turn: 0.0,
        draw: None,
    },
    class("opossum", 0x8c8880, 0xb8a098, 0.03, beast::opossum),
    class("rabbit", 0x86745c, 0xb8a890, 0.03, beast::rabbit),
    class("raccoon", 0x6e6a64, 0x3a3634, 0.03, beast::raccoon),
    class("squirrel", 0x7c6850, 0x5c4a38, 0.03, beast::squirrel),
];

/// Classes to pretrain on: none of them is one of the data sets'.
pub(super) const PRETRAINING: &[Class] = &[
    class("anchor", 0x485868, 0x303840, 0.08, small::anchor),
    class("apple", 0xc03028, 0x489038, 0.06, small::apple),
    class("arrow", 0x3070b8, 0x204870, 0.5, small::arrow),
    class("balloon", 0xd04040, 0x902828, 0.06, small::balloon),
    class("bell", 0xd0a038, 0x987020, 0.08, small::bell),
    class("boat", 0x904830, 0xd8d0c0, 0.05, outdoor::boat),
    class("book", 0x803838, 0x583030, 0.08, small::book),
    class("butterfly", 0xe08830, 0x4060b0, 0.2, living::butterfly),
    class("cactus", 0x4a8a4a, 0xb06a40, 0.03, outdoor::cactus),
    class("camel", 0xc09858, 0x8a6838, 0.03, beast::camel),
    class("cow", 0xd8d0c8, 0x483830, 0.03, beast::cow),
    class("crown", 0xd8b040, 0xa03048, 0.06, small::crown),
    class("deer", 0x9a6840, 0x6a4c30, 0.03, beast::deer),
    class("envelope", 0xd8ccb0, 0xb8a888, 0.1, small::envelope),
    class("fish", 0xe08838, 0x3878b0, 0.1, living::fish),
    class("flag", 0xb83038, 0xe8e0d8, 0.04, small::flag),
    class("gear", 0x70787e, 0x50585e, 0.5, small::gear),
    class("hat", 0x584438, 0xa03030, 0.06, small::hat),
    class("heart", 0xc83050, 0x902038, 0.1, small::heart),
    class("key", 0xb89840, 0x806828, 0.5, outdoor::key),
    class("ladder", 0x9a7040, 0x7a5830, 0.1, small::ladder),
    class("leaf", 0x58983c, 0x386828, 0.4, outdoor::leaf),
    class("lion", 0xc89850, 0x8a5828, 0.03, beast::lion),
    class("mushroom", 0xb84838, 0xe8e0d0, 0.06, outdoor::mushroom),
    class("pig", 0xe0a0a0, 0xb87878, 0.03, beast::pig),
    class("pine", 0x2f6a40, 0x6a4c30, 0.03, outdoor::pine),
    class("plane", 0xb8c0c8, 0x7888a0, 0.5, outdoor::plane),
    class("robot", 0x8898a8, 0x586878, 0.04, living::robot),
    class("rocket", 0xc8ccd0, 0xc03830, 0.2, outdoor::rocket),
    class("snail", 0xb89870, 0x8a5c3c, 0.04, living::snail),
    class("snowman", 0xb03840, 0xe88830, 0.03, living::snowman),
    class("spider", 0x3c3434, 0x5c4848, 0.2, living::spider),
    class("star", 0xe0b838, 0xa88020, 0.5, outdoor::star),
    class("sword", 0xa88038, 0x604828, 0.5, small::sword),
    class("table", 0x8a6038, 0xa87c50, 0.03, small::table),
    class("tree", 0x4c8a3c, 0x6a4c30, 0.03, outdoor::tree),
    class("truck", 0xc07030, 0xc8c8c0, 0.03, outdoor::truck),
    class("turtle", 0x5a8048, 0x90a050, 0.05, living::turtle),
    class("umbrella", 0x9040a0, 0x603070, 0.06, small::umbrella),
    class("windmill", 0xc0b0a0, 0x984838, 0.03, outdoor::windmill),
];
