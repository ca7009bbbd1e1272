use tasks::domainbed::{Environment, ImageSet, split, split_seed};

/// By Python: `int(hashlib.md5(str((trial, environment)).encode()).hexdigest(), 16) % 2**31`.
#[test]
fn seeds_are_domainbeds() {
    let seeds = |trial| [0, 1, 2, 3].map(|environment| split_seed(trial, environment));
    assert_eq!(seeds(0), [894182419, 1514274641, 1325548499, 1796103049]);
    assert_eq!(seeds(1), [785910682, 1442673865, 1981683110, 1739848239]);
    assert_eq!(seeds(2), [472130416, 181139023, 248334461, 1709828778]);
}

/// numpy's shuffled order, of which the first int(0.2 n) are held out.
#[test]
fn small_splits_are_domainbeds() {
    let order = |trial, environment| {
        let split = split(20, trial, environment);
        assert_eq!(split.held_out.len(), 4);
        [split.held_out, split.kept].concat()
    };
    assert_eq!(
        order(0, 1),
        [
            3, 1, 0, 17, 14, 18, 11, 8, 7, 16, 5, 2, 10, 15, 12, 6, 9, 19, 13, 4
        ]
    );
    assert_eq!(
        order(0, 0),
        [
            7, 6, 10, 17, 2, 11, 13, 16, 15, 1, 8, 9, 0, 3, 4, 5, 18, 19, 14, 12
        ]
    );
    assert_eq!(
        order(1, 1),
        [
            13, 19, 8, 6, 18, 2, 15, 3, 12, 17, 1, 16, 11, 9, 7, 10, 5, 4, 0, 14
        ]
    );
}

/// numpy's shuffles of the environments that the paper trains on.
#[test]
fn splits_of_the_source_environments_are_domainbeds() {
    let check = |set: ImageSet, n_held_out: usize, first: [usize; 10]| {
        let n = set.source().n_pictures.unwrap();
        let split = split(n, 0, ImageSet::SOURCE);
        assert_eq!(split.held_out.len(), n_held_out, "{set}");
        assert_eq!(split.held_out[..10], first, "{set}");
        let mut all = [split.held_out, split.kept].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..n), "{set}: each picture once");
    };
    let label_me = [87, 24, 247, 1840, 1171, 833, 1946, 2151, 575, 68];
    let cartoon = [1488, 562, 461, 570, 2092, 1124, 1898, 1260, 672, 1697];
    let clipart = [2980, 1874, 1471, 2938, 3667, 1359, 2584, 2042, 3146, 704];
    check(ImageSet::Vlcs, 531, label_me);
    check(ImageSet::Pacs, 468, cartoon);
    check(ImageSet::OfficeHome, 873, clipart);
}

#[test]
fn tiny_environments_hold_nothing_out() {
    for n in 0..5 {
        let split = split(n, 0, 1);
        assert_eq!(split.held_out.len(), 0, "{n}");
        assert_eq!(split.kept.len(), n, "{n}");
    }
    assert_eq!(split(5, 0, 1).held_out.len(), 1);
}

#[test]
fn keys_and_names_agree() {
    for set in ImageSet::ALL {
        assert_eq!(set.key().parse::<ImageSet>().unwrap(), set);
        let written = serde_json::to_string(&set).unwrap();
        assert_eq!(written, format!("\"{}\"", set.key()));
        let folders = set.environments().each_ref().map(|each| each.folder);
        assert!(folders.is_sorted(), "DomainBed sorts its folders");
        if let Some(classes) = set.classes() {
            assert_eq!(classes.len(), set.n_classes());
            assert!(classes.is_sorted());
        }
    }
    assert_eq!(
        "PACS".parse::<ImageSet>().unwrap_err().to_string(),
        "unknown picture set `PACS`: expected one of vlcs, pacs, officehome, terra"
    );
}

#[test]
fn environments_have_the_papers_names_and_the_rows_splits() {
    let column = |set: ImageSet, get: fn(&Environment) -> &'static str| {
        set.environments().each_ref().map(get).join(" ")
    };
    for (set, codes, labels, splits) in [
        (
            ImageSet::Vlcs,
            "C L S V",
            "Caltech101 LabelMe SUN09 VOC2007",
            "ood_C out ood_S ood_V",
        ),
        (
            ImageSet::Pacs,
            "A C P S",
            "Art Cartoon Photo Sketch",
            "ood_A out ood_P ood_S",
        ),
        (
            ImageSet::OfficeHome,
            "A C P R",
            "Art Clipart Product Photo",
            "ood_A out ood_P ood_R",
        ),
        (
            ImageSet::Terra,
            "L100 L38 L43 L46",
            "L100 L38 L43 L46",
            "ood_L100 out ood_L43 ood_L46",
        ),
    ] {
        assert_eq!(column(set, |each| each.code), codes);
        assert_eq!(column(set, |each| each.label), labels);
        assert_eq!(column(set, |each| each.split), splits);
        assert!(set.environments()[ImageSet::SOURCE].is_source());
        assert_eq!(set.source(), &set.environments()[ImageSet::SOURCE]);
        assert_eq!(set.others().count(), 3);
    }
    let pictures = ImageSet::Pacs
        .environments()
        .iter()
        .filter_map(|each| each.n_pictures);
    assert_eq!(pictures.sum::<usize>(), 9_991);
    assert_eq!(
        ImageSet::Pacs.splits().collect::<Vec<_>>().join(" "),
        "in out train_augmented out_augmented ood_mean ood_A ood_P ood_S"
    );
}
