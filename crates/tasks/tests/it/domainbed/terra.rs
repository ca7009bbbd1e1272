use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tasks::domainbed::terra::{CATEGORIES, Counts, FILES, LOCATIONS, build};
use tasks::domainbed::{Error, ImageSet, read_folder};
use tempfile::TempDir;

use super::bytes;

/// A folder with the annotation files in `json` and the images in `images`.
///
/// Every kept location has one image of each kept category (`<location>-<category>.png`), spread over the five files;
/// besides, there is one with two kept categories, one of another category, and one of another location.
fn camera_traps() -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("images")).unwrap();
    fs::create_dir(dir.path().join("json")).unwrap();
    let categories: Vec<&str> = CATEGORIES.into_iter().chain(["car"]).collect();
    let number = |name: &str| {
        10 + categories
            .iter()
            .position(|&category| category == name)
            .unwrap()
    };
    let mut files: Vec<(Vec<Value>, Vec<Value>)> = vec![Default::default(); 5];
    let mut turn = 0;
    let mut add = |name: &str, location: Value, named: &[&str]| {
        turn += 1;
        let (images, annotations) = &mut files[turn % 5];
        let file_name = format!("{name}.png");
        images.push(json!({"id": name, "file_name": file_name, "location": location, "width": 40}));
        for category in named {
            annotations.push(
                json!({"image_id": name, "category_id": number(category), "bbox": [0, 0, 1, 1]}),
            );
        }
        fs::write(
            dir.path().join("images").join(file_name),
            bytes("source.png"),
        )
        .unwrap();
    };
    for location in LOCATIONS {
        for category in CATEGORIES {
            add(
                &format!("{location}-{category}"),
                json!(location),
                &[category],
            );
        }
    }
    // One edition of the files has numbers for locations. Two boxes of one category are one picture.
    add("both", json!(38), &["dog", "cat", "dog"]);
    add("parked", json!("38"), &["car"]);
    add("elsewhere", json!("7"), &["dog"]);
    add("unseen", json!("38"), &[]);
    let categories: Vec<Value> = categories
        .iter()
        .map(|&name| json!({"id": number(name), "name": name}))
        .collect();
    for ((images, annotations), name) in files.into_iter().zip(FILES) {
        let file = json!({"images": images, "annotations": annotations, "categories": categories, "info": {}});
        write(dir.path(), name, &file);
    }
    dir
}

fn write(dir: &Path, name: &str, file: &Value) {
    fs::write(dir.join("json").join(name), file.to_string()).unwrap();
}

fn run(dir: &Path) -> Result<Counts, Error> {
    build(
        &dir.join("json"),
        &dir.join("images"),
        &dir.join("data"),
        |_, _| {},
    )
}

fn refusal(dir: &Path) -> String {
    run(dir)
        .unwrap_err()
        .to_string()
        .replace(&dir.display().to_string(), "DIR")
}

/// The locations and categories that DomainBed keeps.
#[test]
fn kept_images_go_to_the_folders_of_their_categories() {
    let dir = camera_traps();
    let mut told = Vec::new();
    let out = dir.path().join("data");
    let counts = build(
        &dir.path().join("json"),
        &dir.path().join("images"),
        &out,
        |done, all| {
            told.push((done, all));
        },
    )
    .unwrap();
    assert_eq!(told.first(), Some(&(0, 42)));
    assert_eq!(told.last(), Some(&(42, 42)));

    let data = read_folder(&out, ImageSet::Terra).unwrap();
    assert_eq!(data.classes, CATEGORIES);
    let sizes: Vec<usize> = data
        .domains
        .iter()
        .map(|domain| domain.pictures.len())
        .collect();
    assert_eq!(sizes, [10, 12, 10, 10]);
    let source = &data.domains[ImageSet::SOURCE];
    assert_eq!(source.name, "location_38");
    let names: Vec<_> = (0..12).map(|index| source.pictures.name(index)).collect();
    assert!(names.contains(&"dog/both.png".into()) && names.contains(&"cat/both.png".into()));
    assert_eq!(counts["location_38"]["dog"], 2);
    assert_eq!(counts["location_46"]["dog"], 1);
    assert_eq!(
        counts.values().flat_map(|of| of.values()).sum::<usize>(),
        42
    );
    // Again, over what is there.
    assert_eq!(run(dir.path()).unwrap(), counts);
}

#[test]
fn missing_images_are_counted_before_anything_is_written() {
    let dir = camera_traps();
    for name in ["100-dog.png", "38-cat.png", "both.png"] {
        fs::remove_file(dir.path().join("images").join(name)).unwrap();
    }
    assert_eq!(
        refusal(dir.path()),
        "DIR/images/100-dog.png: missing, and 2 more of the 41 images that the annotations name"
    );
    assert!(!dir.path().join("data").exists());
}

#[test]
fn wrong_annotation_files_are_named() {
    let dir = camera_traps();
    let file = |annotation: Value, file_name: &str| {
        json!({
            "images": [{"id": "odd", "file_name": file_name, "location": "38"}],
            "annotations": [annotation],
            "categories": [],
        })
    };
    let dog = json!({"image_id": "odd", "category_id": 14});
    write(
        dir.path(),
        FILES[2],
        &file(json!({"image_id": "odd", "category_id": 99}), "odd.png"),
    );
    assert_eq!(
        refusal(dir.path()),
        "DIR/json: category 99 of image odd is in no list of categories"
    );
    write(dir.path(), FILES[2], &file(dog.clone(), "../odd.png"));
    assert_eq!(
        refusal(dir.path()),
        "DIR/json: image odd has the file name `../odd.png`, expected one without folders"
    );
    write(dir.path(), FILES[2], &json!({"images": []}));
    let text = refusal(dir.path());
    assert!(
        text.starts_with("DIR/json/train_annotations.json: not an annotation file of TerraIncognita (missing field"),
        "{text}"
    );
    fs::remove_file(dir.path().join("json").join(FILES[2])).unwrap();
    assert!(refusal(dir.path()).starts_with("DIR/json/train_annotations.json: cannot be read"));
}
