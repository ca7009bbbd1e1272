#!/usr/bin/env python3
"""Tiny random ViT and DINOv2 checkpoints with what transformers computes from them.

Usage:   python reference/vision_fixtures.py          (about 15 seconds)
Needs:   pip install torch==2.11 transformers==4.57.1 peft safetensors numpy
Writes:  crates/models/tests/fixtures/{vit,dinov2}/{config.json,model.safetensors,reference.safetensors}

  vit      2 layers, d = 16, images of 16 pixels, patches of 4, three classes (ViTForImageClassification)
  dinov2   the same with LayerScale and a mask token (Dinov2ForImageClassification)

Weights are drawn as in parity_encoder.py: wide, so that an error in any part shows.

reference.safetensors holds images of the model's own size (native.*) and of another one, not
square and with an incomplete patch at the right (other.*; ViT's through interpolate_pos_encoding).
For each, in f32 and (under "f64.") computed in f64 from the same f32 weights: hidden.<i>, what each
layer gives before the last normalisation; last; logits.
Then, of a cross-entropy: full.loss and full.grad.<parameter> with everything training, ViT's on
native images and DINOv2's on the others, so that gradients go through the interpolation; and
lora.logits, lora.loss and lora.grad.<parameter> with PEFT's adapters, rank 3 and alpha 10 on query
and value, both factors non-zero. Dropout is off.
interpolate.<from>.<rows>x<columns> is what torch makes of interpolate.<from>.table, a table of
`from x from` positions.
"""

import torch
from parity_encoder import ALPHA, CLASSES, FIXTURES, RANK, draw, errors, folder, in_both, lora_factors, short, write
from peft import LoraConfig, inject_adapter_in_model
from transformers import Dinov2Config, Dinov2ForImageClassification, ViTConfig, ViTForImageClassification

SIZE = dict(
    hidden_size=16, num_hidden_layers=2, num_attention_heads=4, image_size=16, patch_size=4, num_labels=3,
)
NATIVE, OTHER = (16, 16), (24, 22)


def load(kind, path):
    return kind.from_pretrained(path, attn_implementation="eager", dtype=torch.float32).eval()


def options(model, pixels):
    """ViT has to be asked to interpolate; DINOv2 always does."""
    interpolates = model.config.model_type == "vit" and tuple(pixels.shape[2:]) != NATIVE
    return {"interpolate_pos_encoding": True} if interpolates else {}


def states(kind, path, pixels, name):
    """What embeddings and layers give; by hooks, since ViT's last `hidden_states` is normalised."""

    def compute(dtype):
        model = load(kind, path).to(dtype)
        backbone = model.base_model
        found = []
        for module in (backbone.embeddings, *backbone.encoder.layer):
            module.register_forward_hook(lambda _module, _inputs, output: found.append(output))
        with torch.no_grad():
            inputs = pixels.to(dtype)
            out = {"logits": model(inputs, **options(model, inputs)).logits}
            out |= {f"hidden.{i}": state for i, state in enumerate(found)}
            out["last"] = backbone(inputs, **options(model, inputs)).last_hidden_state
        return {f"{name}.{key}": value for key, value in out.items()}

    return in_both(compute)


def gradients(kind, path, pixels, name, factors=None):
    """Loss and gradients; with `factors`, of adapters and head alone."""

    def compute(dtype):
        model = load(kind, path).to(dtype)
        if factors:
            lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=["query", "value"])
            model = inject_adapter_in_model(lora, model).eval()
        trained = {}
        for key, weight in model.named_parameters():
            adapter = "lora_" in key
            if adapter:
                with torch.no_grad():
                    weight.copy_(factors[short(key)])
            weight.requires_grad_(not factors or adapter or key.startswith("classifier."))
            if weight.requires_grad:
                trained[short(key)] = weight
        logits = model(pixels.to(dtype), **options(model, pixels)).logits
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(CLASSES))
        loss.backward()
        out = {"logits": logits.detach(), "loss": loss.detach().reshape(1)}
        # The mask token is not used.
        out |= {f"grad.{key}": weight.grad for key, weight in trained.items() if weight.grad is not None}
        return {f"{name}.{key}": value for key, value in out.items()}

    return in_both(compute)


def interpolations():
    generator = torch.Generator().manual_seed(7)
    out = {}
    for grid, sizes in {4: [(6, 5), (2, 3), (4, 7)], 7: [(3, 3), (16, 2)], 1: [(2, 2)]}.items():
        table = torch.randn(1, grid, grid, 2, generator=generator)
        out[f"interpolate.{grid}.table"] = table.reshape(grid * grid, 2)
        for rows, columns in sizes:
            new = torch.nn.functional.interpolate(
                table.permute(0, 3, 1, 2), size=(rows, columns), mode="bicubic", align_corners=False
            )
            out[f"interpolate.{grid}.{rows}x{columns}"] = new.permute(0, 2, 3, 1).reshape(-1, 2)
    return out


def fixture(name, kind, config, seed, full_on):
    path = folder(name)
    draw(kind(config), seed).save_pretrained(path)
    generator = torch.Generator().manual_seed(seed + 1)
    tensors = {"classes": torch.tensor(CLASSES)}
    for key, size in (("native", NATIVE), ("other", OTHER)):
        pixels = torch.randn(len(CLASSES), 3, *size, generator=generator)
        tensors |= {f"{key}.pixel_values": pixels} | states(kind, path, pixels, key)
    tensors |= gradients(kind, path, tensors[f"{full_on}.pixel_values"], "full")
    factors = lora_factors(config, seed + 2)
    tensors |= factors | gradients(kind, path, tensors["native.pixel_values"], "lora", factors)
    print(f"{name}: f32 against f64: {errors(tensors)}")
    if name == "dinov2":
        tensors |= interpolations()
    # Gradients of every weight in f64 as well would double the file.
    tensors = {key: value for key, value in tensors.items() if not key.startswith("f64.full.grad.")}
    write(path, tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    fixture("vit", ViTForImageClassification, ViTConfig(**SIZE, intermediate_size=32), 40, "native")
    fixture("dinov2", Dinov2ForImageClassification, Dinov2Config(**SIZE, mlp_ratio=2), 50, "other")
    for name in ("vit", "dinov2"):
        for path in sorted((FIXTURES / name).iterdir()):
            print(path.relative_to(FIXTURES), path.stat().st_size, "bytes")
