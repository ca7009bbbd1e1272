//! Contact sheets and raw pictures of the mini lab: `cargo run -p lab --example pictures -- DIR [SEED [COUNT]]`.
//!
//! Takes a second; writes one PNG a set and one of the pretraining set. With COUNT also the first COUNT pictures of every
//! environment, `SET-ENVIRONMENT.rgb` (bytes) and `.json` (labels), for a look with other tools, and prints the speed.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use decoders::{ExtendedColorType, save_buffer};
use lab::pictures::{
    SIDE, Sheet, SheetLayout, contact_sheet, environment, pretraining, pretraining_sheet,
};
use tasks::domainbed::{ImageSet, Pictures};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("no folder given: usage is pictures DIR [SEED [COUNT]]");
        std::process::exit(2)
    };
    let mut numbers = arguments.map(|argument| {
        argument.parse::<u64>().unwrap_or_else(|_| {
            eprintln!("`{argument}` is not a whole number: usage is pictures DIR [SEED [COUNT]]");
            std::process::exit(2)
        })
    });
    let (seed, count) = (
        numbers.next().unwrap_or(0),
        numbers.next().unwrap_or(0) as usize,
    );
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;

    let layout = SheetLayout::default();
    for set in ImageSet::ALL {
        save(
            &folder.join(format!("{set}.png")),
            &contact_sheet(set, seed, layout),
        )?;
    }
    let tall = SheetLayout {
        examples: 8,
        ..layout
    };
    save(
        &folder.join("pretraining.png"),
        &pretraining_sheet(seed, tall),
    )?;
    if count == 0 {
        return Ok(());
    }

    for set in ImageSet::ALL {
        for (index, environment_of) in set.environments().iter().enumerate() {
            let start = Instant::now();
            let pictures = environment(set, index, seed, count, SIDE);
            report(&format!("{set} {}", environment_of.folder), count, start);
            dump(folder, &format!("{set}-{index}"), &pictures)?;
        }
    }
    let start = Instant::now();
    let pictures = pretraining(seed, count, SIDE);
    report("pretraining", count, start);
    dump(folder, "pretraining", &pictures)?;
    Ok(())
}

fn report(what: &str, count: usize, start: Instant) {
    let rate = count as f64 / start.elapsed().as_secs_f64();
    println!("{what:<24} {rate:6.0} pictures/s");
}

fn save(path: &Path, sheet: &Sheet) -> Result<(), Box<dyn Error>> {
    let (width, height) = (sheet.width as u32, sheet.height as u32);
    save_buffer(path, &sheet.rgb, width, height, ExtendedColorType::Rgb8)?;
    Ok(())
}

fn dump(folder: &Path, name: &str, pictures: &Pictures) -> std::io::Result<()> {
    std::fs::write(folder.join(format!("{name}.rgb")), pictures.rgb.concat())?;
    let labels = serde_json::json!({ "side": pictures.width, "labels": pictures.labels });
    std::fs::write(folder.join(format!("{name}.json")), labels.to_string())
}
