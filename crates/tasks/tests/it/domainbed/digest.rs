use std::fs;

use tasks::domainbed::{DomainData, ImageSet, Pictures, read_folder};

use super::folders::{pacs, write};

#[test]
fn digest_depends_on_names_and_bytes_and_not_on_the_place() {
    let digest = |dir: &tempfile::TempDir| {
        read_folder(dir.path(), ImageSet::Pacs)
            .unwrap()
            .digest()
            .unwrap()
    };
    let (one, other) = (pacs(), pacs());
    let before = digest(&one);
    assert_eq!(before.len(), 64);
    assert_eq!(before, digest(&other));

    // Another picture under the same name.
    write(other.path(), "PACS/photo/dog/one.png", "flip.png");
    let changed = digest(&other);
    assert_ne!(changed, before);
    // The same picture under another name, in another class, in another environment.
    let from = one.path().join("PACS/photo/dog/one.png");
    for to in [
        "photo/dog/two.png",
        "photo/horse/two.png",
        "sketch/dog/two.png",
    ] {
        fs::copy(&from, one.path().join("PACS").join(to)).unwrap();
        assert_ne!(digest(&one), before, "{to}");
        fs::remove_file(one.path().join("PACS").join(to)).unwrap();
    }
    assert_eq!(digest(&one), before);
    // What is no picture has no part in it.
    fs::write(one.path().join("PACS/photo/dog/readme.txt"), "dogs").unwrap();
    assert_eq!(digest(&one), before);
}

/// Systems list a folder in an order of their own, often that in which the files came.
#[test]
fn digest_does_not_depend_on_the_order_in_which_files_came() {
    let of = |names: &[&str]| {
        let dir = pacs();
        for name in names {
            write(dir.path(), &format!("PACS/photo/dog/{name}"), "flip.png");
        }
        let data = read_folder(dir.path(), ImageSet::Pacs).unwrap();
        data.digest().unwrap()
    };
    let names = ["a/1.png", "a.png", "b.png", "zebra.png"];
    let turned = ["zebra.png", "b.png", "a.png", "a/1.png"];
    assert_eq!(of(&names), of(&turned));
}

#[test]
fn digest_of_generated_pictures_depends_on_all_of_them() {
    let of = |change: &dyn Fn(&mut [Pictures; 4])| {
        let mut environments = [0_u8, 1, 2, 3].map(|grey| Pictures {
            width: 2,
            height: 1,
            rgb: vec![vec![grey; 6], vec![9; 6]],
            labels: vec![0, 1],
        });
        change(&mut environments);
        let classes = vec!["disc".to_owned(), "square".to_owned()];
        DomainData::from_pictures(ImageSet::Vlcs, classes, environments)
            .digest()
            .unwrap()
    };
    let before = of(&|_| {});
    assert_eq!(before, of(&|_| {}));
    assert_ne!(before, of(&|environments| environments[3].rgb[1][5] = 8));
    assert_ne!(
        before,
        of(&|environments| environments[0].labels.swap(0, 1))
    );
    assert_ne!(before, of(&|environments| environments.swap(1, 2)));
    assert_ne!(
        before,
        of(&|environments| (environments[0].width, environments[0].height) = (1, 2))
    );
}
