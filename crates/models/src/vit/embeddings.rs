//! Images to vectors: patches through one matrix, a class token before them, positions added.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, FloatDType, Tensor};
use ops::{Dropout, DropoutConfig, MaskStream};

use super::ViTConfig;
use super::positions::interpolate;

/// Patches of an image through one matrix: a convolution whose stride is its size.
#[derive(Module, Debug)]
pub struct PatchProjection {
    /// As Hugging Face stores it: `[d_model, channels, patch_size, patch_size]`.
    pub weight: Param<Tensor<4>>,
    /// `[d_model]`.
    pub bias: Param<Tensor<1>>,
}

/// Projected patches behind a class token, plus positions, with dropout.
#[derive(Module, Debug)]
pub struct VisionEmbeddings {
    /// `[1, 1, d_model]`.
    pub cls_token: Param<Tensor<3>>,
    /// The class token's position, then those of `grid x grid` patches, row by row:
    /// `[1, 1 + grid * grid, d_model]`.
    pub position: Param<Tensor<3>>,
    /// Patches to vectors.
    pub projection: PatchProjection,
    /// After the sum.
    pub dropout: Dropout,
    #[module(skip)]
    config: ViTConfig,
}

impl PatchProjection {
    /// A projection whose weights are still to be given.
    fn new(config: &ViTConfig, device: &Device) -> Self {
        let (d_model, patch) = (config.hidden_size, config.patch_size);
        Self {
            weight: Initializer::Zeros.init([d_model, config.num_channels, patch, patch], device),
            bias: Initializer::Zeros.init([d_model], device),
        }
    }

    /// One vector a patch, row by row; pixels to the right of and below the last whole patch are
    /// not read.
    ///
    /// The patches are laid out as rows of a matrix and multiplied once, which is all that a
    /// convolution without overlap is.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, (height / patch_size) * (width / patch_size), d_model]`
    pub fn forward(&self, pixels: Tensor<4>) -> Tensor<3> {
        let [d_model, channels, patch, _] = self.weight.dims();
        let [batch, _, height, width] = pixels.dims();
        let (rows, columns) = (height / patch, width / patch);
        let pixels = if height == rows * patch && width == columns * patch {
            pixels
        } else {
            // Not one slice of both: what wgpu then reshapes is garbage (Burn 0.22.1, fusion on).
            pixels
                .narrow(2, 0, rows * patch)
                .narrow(3, 0, columns * patch)
        };
        let width = channels * patch * patch;
        let patches = pixels
            .reshape([batch, channels, rows, patch, columns, patch])
            .permute([0, 2, 4, 1, 3, 5]) // [batch, rows, columns, channels, patch, patch]
            .reshape([batch * rows * columns, width]);
        let weight = self.weight.val().reshape([d_model, width]).transpose();
        // Pictures are f32 whatever the weights are.
        let patches = patches.cast(FloatDType::from(weight.dtype()));
        let x = patches.matmul(weight) + self.bias.val().unsqueeze(); // [batch * n_patches, d_model]
        x.reshape([batch, rows * columns, d_model])
    }
}

impl VisionEmbeddings {
    /// Embeddings whose weights are still to be given.
    pub(crate) fn new(config: &ViTConfig, device: &Device, masks: &MaskStream) -> Self {
        let d_model = config.hidden_size;
        let n_positions = 1 + config.grid() * config.grid();
        Self {
            cls_token: Initializer::Zeros.init([1, 1, d_model], device),
            position: Initializer::Zeros.init([1, n_positions, d_model], device),
            projection: PatchProjection::new(config, device),
            dropout: DropoutConfig {
                prob: config.hidden_dropout_prob,
            }
            .init(masks),
            config: config.clone(),
        }
    }

    /// The class token and the patches of each image, in this order.
    ///
    /// # Shapes
    /// - pixels: `[batch, channels, height, width]`
    /// - output: `[batch, 1 + n_patches, d_model]`
    ///
    /// # Panics
    /// If the images do not fit; [`ViTConfig::check_images`] turns that into an error beforehand.
    pub fn forward(&self, pixels: Tensor<4>) -> Tensor<3> {
        let [batch, channels, height, width] = pixels.dims();
        if let Err(error) = self.config.check_images(channels, height, width) {
            panic!("{error}");
        }
        let patch = self.config.patch_size;
        let position = self.positions([height / patch, width / patch]);
        let patches = self.projection.forward(pixels); // [batch, n_patches, d_model]
        let cls = self.cls_token.val().repeat_dim(0, batch); // [batch, 1, d_model]
        let x = Tensor::cat(vec![cls, patches], 1) + position; // [batch, 1 + n_patches, d_model]
        self.dropout.forward(x)
    }

    /// Positions for a grid of patches, `[1, 1 + rows * columns, d_model]`.
    fn positions(&self, patches: [usize; 2]) -> Tensor<3> {
        let table = self.position.val();
        let grid = self.config.grid();
        if patches == [grid, grid] {
            return table;
        }
        let cls = table.clone().narrow(1, 0, 1); // [1, 1, d_model]
        let table = table.narrow(1, 1, grid * grid).squeeze_dim(0); // [grid * grid, d_model]
        let dtype = FloatDType::from(table.dtype());
        let table = interpolate(table.cast(FloatDType::F32), grid, patches).cast(dtype); // [n_patches, d_model]
        Tensor::cat(vec![cls, table.unsqueeze()], 1)
    }
}
