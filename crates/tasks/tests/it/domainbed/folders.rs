use std::fs;
use std::path::Path;

use tasks::domainbed::{ImageSet, read_folder};
use tempfile::TempDir;

use super::bytes;

/// Writes `PACS` with one picture in each class, in a folder of its own.
pub(super) fn pacs() -> TempDir {
    let dir = TempDir::new().unwrap();
    for environment in ImageSet::Pacs.environments() {
        for class in ImageSet::Pacs.classes().unwrap() {
            write(
                dir.path(),
                &format!("PACS/{}/{class}/one.png", environment.folder),
                "source.png",
            );
        }
    }
    dir
}

/// Copies the fixture `name` to `below` of `root`.
pub(super) fn write(root: &Path, below: &str, name: &str) {
    let path = root.join(below);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes(name)).unwrap();
}

/// What reading `root` says, as one line.
fn refusal(root: &Path, set: ImageSet) -> String {
    let text = read_folder(root, set).unwrap_err().to_string();
    assert!(!text.contains('\n'), "{text}");
    text.replace(&root.display().to_string(), "DIR")
}

#[test]
fn environments_and_classes_have_domainbeds_order() {
    let dir = pacs();
    let data = read_folder(dir.path(), ImageSet::Pacs).unwrap();
    assert_eq!(data.classes, ImageSet::Pacs.classes().unwrap());
    let names: Vec<_> = data
        .domains
        .iter()
        .map(|domain| (&*domain.name, &*domain.code))
        .collect();
    assert_eq!(
        names,
        [
            ("art_painting", "A"),
            ("cartoon", "C"),
            ("photo", "P"),
            ("sketch", "S")
        ]
    );
    assert_eq!(data.domains[ImageSet::SOURCE].name, "cartoon");
    let pictures = &data.domains[2].pictures;
    assert_eq!(pictures.len(), 7);
    assert_eq!(pictures.name(3), "guitar/one.png");
    assert_eq!(pictures.label(3), 3);
    assert_eq!(pictures.rgb(3).unwrap(), super::picture("source.png"));
}

/// torchvision's `make_dataset`: classes sorted, then what os.walk yields sorted by folder as a string, then names sorted.
#[test]
fn files_have_torchvisions_order() {
    let dir = pacs();
    for name in [
        "dog/b.JPG",
        "dog/B.png",
        "dog/a/z.jpeg",
        "dog/a-b/y.png",
        "dog/a/b/x.webp",
        "dog/.hidden.png",
        "dog/10.png",
        "dog/9.png",
        "dog/é.png",
        "dog/notes.txt",
        "dog/png",
    ] {
        write(dir.path(), &format!("PACS/photo/{name}"), "source.png");
    }
    let data = read_folder(dir.path(), ImageSet::Pacs).unwrap();
    let pictures = &data.domains[2].pictures;
    let names: Vec<_> = (0..pictures.len())
        .map(|index| pictures.name(index))
        .collect();
    let dogs = [
        "dog/.hidden.png",
        "dog/10.png",
        "dog/9.png",
        "dog/B.png",
        "dog/b.JPG",
        "dog/one.png",
        "dog/é.png",
        "dog/a/z.jpeg",
        // "-" is before "/" in ASCII, so this folder is before one within "a".
        "dog/a-b/y.png",
        "dog/a/b/x.webp",
    ];
    assert_eq!(names[..10], dogs);
    assert_eq!(names[10], "elephant/one.png");
    assert_eq!((pictures.label(9), pictures.label(10)), (0, 1));
}

#[test]
fn missing_environment_is_named_with_what_is_there() {
    let dir = pacs();
    fs::remove_dir_all(dir.path().join("PACS/sketch")).unwrap();
    fs::create_dir(dir.path().join("PACS/sketches")).unwrap();
    assert_eq!(
        refusal(dir.path(), ImageSet::Pacs),
        "DIR/PACS: no folder of the environment sketch, expected art_painting, cartoon, photo, sketch \
         (found art_painting, cartoon, photo, sketches)"
    );
    assert!(refusal(dir.path(), ImageSet::Vlcs).starts_with("DIR/VLCS: cannot be read"));
}

#[test]
fn empty_class_is_named() {
    let dir = pacs();
    let class = dir.path().join("PACS/cartoon/horse");
    fs::rename(class.join("one.png"), class.join("one.gif")).unwrap();
    assert_eq!(
        refusal(dir.path(), ImageSet::Pacs),
        "DIR/PACS/cartoon/horse: no picture of this class, expected at least one file ending in .jpg, .jpeg, .png"
    );
}

#[test]
fn environment_without_pictures_is_named() {
    let dir = pacs();
    let environment = dir.path().join("PACS/photo");
    fs::remove_dir_all(&environment).unwrap();
    write(dir.path(), "PACS/photo/dog.png", "source.png");
    assert_eq!(
        refusal(dir.path(), ImageSet::Pacs),
        "DIR/PACS/photo: no picture in it, expected one folder a class"
    );
}

#[test]
fn classes_that_are_not_the_sets_are_named() {
    let dir = pacs();
    let environment = dir.path().join("PACS/cartoon");
    fs::rename(environment.join("house"), environment.join("mouse")).unwrap();
    assert_eq!(
        refusal(dir.path(), ImageSet::Pacs),
        "DIR/PACS/cartoon: other classes than PACS: missing house, not expected mouse"
    );
}

#[test]
fn environments_with_different_classes_are_named() {
    let dir = TempDir::new().unwrap();
    for environment in ImageSet::OfficeHome.environments() {
        for class in ["Bed", "Bike"] {
            write(
                dir.path(),
                &format!("office_home/{}/{class}/1.png", environment.folder),
                "source.png",
            );
        }
    }
    let data = read_folder(dir.path(), ImageSet::OfficeHome).unwrap();
    assert_eq!(data.classes, ["Bed", "Bike"]);
    write(dir.path(), "office_home/Real World/Fan/1.png", "source.png");
    assert_eq!(
        refusal(dir.path(), ImageSet::OfficeHome),
        "DIR/office_home/Real World: other classes than Art: missing none, not expected Fan"
    );
}

/// macOS writes `._NAME` beside every file on disks of another kind, and both systems leave files of their own.
#[test]
fn files_that_systems_leave_are_left_out_with_one_note() {
    let clean = pacs();
    let read = |dir: &TempDir| read_folder(dir.path(), ImageSet::Pacs).unwrap();
    assert!(read(&clean).notes.is_empty());
    let littered = pacs();
    for name in [
        "PACS/.DS_Store",
        "PACS/._photo",
        "PACS/photo/.DS_Store",
        "PACS/photo/__MACOSX/dog/one.png",
        "PACS/photo/dog/._one.png",
        "PACS/photo/dog/more/._two.jpg",
        "PACS/sketch/dog/Thumbs.db",
    ] {
        write(littered.path(), name, "alpha.png");
    }
    let data = read(&littered);
    assert_eq!(data.classes, read(&clean).classes);
    assert_eq!(data.digest().unwrap(), read(&clean).digest().unwrap());
    assert_eq!(
        data.notes,
        [format!(
            "{}/PACS: 7 left out that macOS or Windows adds to folders, such as .DS_Store",
            littered.path().display()
        )]
    );
    // A class of nothing else is empty.
    fs::remove_file(littered.path().join("PACS/photo/dog/one.png")).unwrap();
    assert!(refusal(littered.path(), ImageSet::Pacs).starts_with("DIR/PACS/photo/dog: no picture"));
}

/// A file of another kind with a picture's ending is refused by name, not left out, since that would change the split.
#[test]
fn pictures_of_other_kinds_are_refused_by_name() {
    let dir = pacs();
    let class = dir.path().join("PACS/cartoon/horse");
    fs::rename(class.join("one.png"), class.join("one.bmp")).unwrap();
    fs::write(class.join("one.bmp"), b"BM not decoded").unwrap();
    let data = read_folder(dir.path(), ImageSet::Pacs).unwrap();
    let pictures = &data.domains[1].pictures;
    let index = (0..pictures.len()).find(|&index| pictures.name(index).ends_with("bmp"));
    let message = pictures.look(index.unwrap()).unwrap_err().to_string();
    assert!(
        message.ends_with(
            "horse/one.bmp: neither a JPEG nor a PNG by its content, expected one of them"
        ),
        "{message}"
    );
}
