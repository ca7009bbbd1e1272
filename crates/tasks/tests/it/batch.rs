use proptest::prelude::*;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tasks::batch::{collate, collate_to_multiple, eval_order, train_order};
use tasks::encode::Encoded;

/// Token counts shaped like CoLA's to RTE's: log-normal with a long tail, median 30, cut at 128.
fn realistic_lengths(n: usize) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut normal = || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
    (0..n)
        .map(|_| ((30.0 * (0.6 * normal()).exp()) as usize).clamp(5, 128))
        .collect()
}

/// Padding tokens as a share of real ones.
fn padding_share(lengths: &[usize], batches: &[Vec<usize>]) -> f64 {
    let padded: usize = batches
        .iter()
        .map(|batch| batch.len() * batch.iter().map(|&i| lengths[i]).max().unwrap())
        .sum();
    let real: usize = lengths.iter().sum();
    (padded - real) as f64 / real as f64
}

fn flat_sorted(batches: &[Vec<usize>]) -> Vec<usize> {
    let mut all: Vec<usize> = batches.concat();
    all.sort_unstable();
    all
}

proptest! {
    #[test]
    fn every_example_is_in_exactly_one_batch(
        lengths in prop::collection::vec(1_usize..128, 0..700), batch_size in 1_usize..40, seed: u64, epoch in 0_u64..9,
    ) {
        let all: Vec<usize> = (0..lengths.len()).collect();
        for batches in [train_order(&lengths, batch_size, seed, epoch), eval_order(&lengths, batch_size)] {
            prop_assert_eq!(&flat_sorted(&batches), &all);
            let n_short = batches.iter().filter(|batch| batch.len() != batch_size).count();
            prop_assert!(n_short <= 1, "only the rest makes a short batch");
            prop_assert!(batches.iter().all(|batch| !batch.is_empty()));
        }
    }

    #[test]
    fn the_order_is_a_function_of_seed_and_epoch(seed: u64, epoch in 0_u64..9) {
        let lengths = realistic_lengths(500);
        let order = train_order(&lengths, 16, seed, epoch);
        prop_assert_eq!(&order, &train_order(&lengths, 16, seed, epoch));
        prop_assert_ne!(&order, &train_order(&lengths, 16, seed.wrapping_add(1), epoch));
        prop_assert_ne!(&order, &train_order(&lengths, 16, seed, epoch + 1));
        prop_assert_ne!(train_order(&lengths, 16, seed, epoch + 1), train_order(&lengths, 16, seed.wrapping_add(1), epoch));
    }

    #[test]
    fn collated_rows_are_the_examples_and_padding(
        lengths in prop::collection::vec(1_usize..20, 1..12), multiple in 1_usize..9,
    ) {
        let encoded: Vec<Encoded> = lengths
            .iter()
            .map(|&n| Encoded { ids: (100..100 + n as u32).collect(), type_ids: vec![1; n] })
            .collect();
        let labels: Vec<f32> = (0..lengths.len()).map(|i| i as f32).collect();
        let indices: Vec<usize> = (0..lengths.len()).rev().collect();
        let batch = collate_to_multiple(&encoded, &labels, &indices, 3, multiple);
        prop_assert_eq!(batch.seq, lengths.iter().max().unwrap().next_multiple_of(multiple));
        prop_assert_eq!((batch.batch, &batch.indices), (indices.len(), &indices));
        prop_assert_eq!(batch.n_tokens(), lengths.iter().sum::<usize>());
        for (row, &index) in indices.iter().enumerate() {
            prop_assert_eq!(batch.labels[row], index as f32);
            for column in 0..batch.seq {
                let cell = row * batch.seq + column;
                let is_token = column < lengths[index];
                let expected = if is_token { (true, 100 + column as i64, 1) } else { (false, 3, 0) };
                prop_assert_eq!((batch.mask[cell], batch.ids[cell], batch.type_ids[cell]), expected);
            }
        }
    }
}

#[test]
fn batches_change_between_epochs_even_for_a_small_data_set() {
    let lengths = realistic_lengths(128);
    let sorted = |epoch| {
        let mut batches = train_order(&lengths, 16, 0, epoch);
        batches.iter_mut().for_each(|batch| batch.sort_unstable());
        batches.sort();
        batches
    };
    assert_ne!(sorted(0), sorted(1), "the same examples would always meet");
}

#[test]
fn training_batches_do_not_fall_in_length() {
    let lengths = realistic_lengths(8_000);
    let batches = train_order(&lengths, 32, 0, 0);
    let longest: Vec<usize> = batches
        .iter()
        .map(|batch| batch.iter().map(|&i| lengths[i]).max().unwrap())
        .collect();
    let n_rises = longest.windows(2).filter(|pair| pair[0] < pair[1]).count();
    assert!(
        n_rises * 3 > longest.len(),
        "{n_rises} rises in {} batches",
        longest.len()
    );
}

#[test]
fn grouping_by_length_keeps_padding_small() {
    let lengths = realistic_lengths(8_551);
    let mut plain: Vec<usize> = (0..lengths.len()).collect();
    plain.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    let plain: Vec<Vec<usize>> = plain.chunks(32).map(<[usize]>::to_vec).collect();

    let plain = padding_share(&lengths, &plain);
    let grouped = (0..3)
        .map(|seed| padding_share(&lengths, &train_order(&lengths, 32, seed, 0)))
        .fold(0.0, f64::max);
    let evaluated = padding_share(&lengths, &eval_order(&lengths, 32));
    println!(
        "padding per real token: shuffled {plain:.4}, grouped {grouped:.4}, sorted {evaluated:.4}"
    );
    assert!(plain > 1.0, "{plain}");
    assert!(grouped < 0.05, "{grouped}");
    assert!(evaluated < 0.01, "{evaluated}");
}

#[test]
fn evaluation_starts_with_the_longest_and_is_fixed() {
    let lengths = [3, 9, 9, 1, 5];
    assert_eq!(eval_order(&lengths, 2), [vec![1, 2], vec![4, 0], vec![3]]);
}

#[test]
fn collate_pads_to_the_longest_row() {
    let encoded = [
        Encoded {
            ids: vec![0, 7, 2],
            type_ids: vec![0, 0, 0],
        },
        Encoded {
            ids: vec![0, 7, 2, 8, 2],
            type_ids: vec![0, 0, 0, 1, 1],
        },
    ];
    let batch = collate(&encoded, &[1.0, 4.5], &[0, 1], 1);
    assert_eq!((batch.batch, batch.seq), (2, 5));
    assert_eq!(batch.ids, [0, 7, 2, 1, 1, 0, 7, 2, 8, 2]);
    assert_eq!(
        batch.mask,
        [true, true, true, false, false, true, true, true, true, true]
    );
    assert_eq!(batch.type_ids, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    assert_eq!(batch.labels, [1.0, 4.5]);
}
