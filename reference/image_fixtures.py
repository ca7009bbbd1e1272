"""Picture fixtures of crates/tasks from Pillow and torchvision.

    python reference/image_fixtures.py

Writes crates/tasks/tests/fixtures/images: generated pictures, what Pillow decodes from them (`decoded-*.png`), what
torchvision makes of `source.png` (`resize-*.png`, `colour-*.png`), and `reference.json`: digests of Pillow's conversions of
all 2^24 colours and of ToTensor + Normalize, and how the crops that RandomResizedCrop draws are distributed.
Made with numpy 2.4.6, Pillow 11.3.0, torch 2.11.0, torchvision 0.26.0.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, RandomResizedCrop
from torchvision.transforms import functional as F

OUT = Path(__file__).resolve().parent.parent / "crates/tasks/tests/fixtures/images"


def picture(width, height, noise, seed=0):
    """Gradients, a disc, a bar and some noise: smooth parts, edges and every hue."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([255 * x / (width - 1), 255 * y / (height - 1), 128 + 120 * np.sin(x / 5 + y / 3)], -1)
    rgb[(x - width * 0.3) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2] = (230, 40, 60)
    rgb[:, int(width * 0.75) : int(width * 0.8)] = (20, 200, 90)
    rgb += rng.normal(0, noise, rgb.shape)
    return Image.fromarray(rgb.clip(0, 255).astype(np.uint8), "RGB")


def every_byte_triple():
    """A picture of all 2^24 triples, the last byte fastest."""
    codes = np.arange(1 << 24, dtype=np.uint32)
    return np.stack([codes >> 16, codes >> 8, codes], -1).astype(np.uint8).reshape(4096, 4096, 3)


def digest(image):
    return hashlib.sha256(np.asarray(image).tobytes()).hexdigest()


def crops(width, height, draws=20_000):
    """Deciles of what RandomResizedCrop(scale=(0.7, 1)) draws for a picture of this size."""
    image = Image.new("RGB", (width, height))
    params = [RandomResizedCrop.get_params(image, [0.7, 1.0], [3 / 4, 4 / 3]) for _ in range(draws)]
    top, left, h, w = np.asarray(params, float).T
    deciles = lambda values: np.quantile(values, np.arange(1, 10) / 10).round(3).tolist()
    return {
        "size": [width, height],
        "area": deciles(w * h / (width * height)),
        "aspect": deciles(w / h),
        "left": deciles(left / width),
        "top": deciles(top / height),
    }


def main():
    torch.manual_seed(0)
    OUT.mkdir(parents=True, exist_ok=True)
    source = picture(40, 30, 12)
    source.save(OUT / "source.png")

    # What decoders have to deal with; `decoded-*` is torchvision's pil_loader.
    grey = source.convert("L")
    palette = source.quantize(32)
    alpha = source.copy()
    alpha.putalpha(grey)
    files = {
        "grey.png": lambda p: grey.save(p),
        "palette.png": lambda p: palette.save(p),
        "alpha.png": lambda p: alpha.save(p),
        "grey.jpg": lambda p: grey.save(p, quality=90),
        # Colour at half resolution, as photographs and the data sets have it; at full; and with several scans.
        "halved.jpg": lambda p: picture(45, 35, 3).save(p, quality=90, subsampling="4:2:0"),
        "full.jpg": lambda p: source.save(p, quality=90, subsampling="4:4:4"),
        "progressive.jpg": lambda p: picture(45, 35, 3).save(p, quality=75, subsampling="4:2:0", progressive=True),
        "cmyk.jpg": lambda p: source.convert("CMYK").save(p, quality=90),
    }
    for name, save in files.items():
        save(OUT / name)
        with open(OUT / name, "rb") as file:
            Image.open(file).convert("RGB").save(OUT / f"decoded-{name.replace('.', '-')}.png")

    # Resize is the whole picture; resized_crop is (top, left, height, width).
    for width, height in [(64, 64), (13, 17), (40, 11), (7, 30), (224, 1), (5, 3)]:
        F.resize(source, [height, width], InterpolationMode.BILINEAR).save(OUT / f"resize-{width}x{height}.png")
    for left, top, width, height, side in [(5, 7, 27, 19, 24), (0, 3, 39, 26, 16), (11, 0, 24, 24, 24)]:
        F.resized_crop(source, top, left, height, width, [side, side], InterpolationMode.BILINEAR).save(
            OUT / f"crop-{left}-{top}-{width}-{height}-{side}.png"
        )

    for factor in (0.0, 0.7, 1.0, 1.3):
        F.adjust_brightness(source, factor).save(OUT / f"colour-brightness-{factor}.png")
        F.adjust_contrast(source, factor).save(OUT / f"colour-contrast-{factor}.png")
        F.adjust_saturation(source, factor).save(OUT / f"colour-saturation-{factor}.png")
    for shift in (-0.5, -0.3, -0.003, 0.0, 0.17, 0.3):
        F.adjust_hue(source, shift).save(OUT / f"colour-hue-{shift}.png")
    F.to_grayscale(source, 3).save(OUT / "colour-greyscale-0.png")
    F.hflip(source).save(OUT / "flip.png")

    triples = every_byte_triple()
    rgb = Image.fromarray(triples, "RGB")
    hsv = Image.merge("HSV", [Image.fromarray(triples[..., i]) for i in range(3)])
    normalised = {}
    every_byte = Image.fromarray(np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3), "RGB")
    for name, mean, std in [
        ("imagenet", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ("half", [0.5] * 3, [0.5] * 3),
    ]:
        values = F.normalize(F.to_tensor(every_byte), mean, std)
        assert values.dtype == torch.float32
        normalised[name] = hashlib.sha256(values.numpy().tobytes()).hexdigest()
    reference = {
        "grey_of_every_rgb": digest(rgb.convert("L")),
        "hsv_of_every_rgb": digest(rgb.convert("HSV")),
        "rgb_of_every_hsv": digest(hsv.convert("RGB")),
        "normalised_every_byte": normalised,
        "crops": [crops(*size) for size in [(227, 227), (640, 480), (300, 60), (40, 200)]],
    }
    (OUT / "reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
