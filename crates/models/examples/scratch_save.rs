//! scratch
use burn::tensor::Device;
use models::*;
use rand::SeedableRng;
fn main() {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(0);
    for (name, dtype) in [("f16", WeightDtype::F16), ("f32", WeightDtype::F32)] {
        let config = EncoderConfig {
            vocab_size: 2000,
            hidden_size: 64,
            num_hidden_layers: 2,
            num_attention_heads: 4,
            intermediate_size: 128,
            max_position_embeddings: 66,
            ..EncoderConfig::roberta_base()
        };
        let m = random_masked_lm(&config, &Device::flex(), &Default::default(), &mut rng).unwrap();
        save_encoder(format!("/tmp/saved-{name}"), &config, &m, dtype).unwrap();
    }
}
