"""Makes crates/repro/tests/it/adamw.json: AdamW with clipping and a linear schedule, by PyTorch.

    python reference/adamw.py          (torch 2.11, transformers 4.57.1; a second)

Three parameters take four steps with given gradients, some of which exceed the largest norm.
"""

import json
from pathlib import Path

import torch
from transformers import get_linear_schedule_with_warmup

OUT = Path(__file__).parent.parent / "crates/repro/tests/it/adamw.json"
SHAPES = {"dense.weight": (3, 4), "dense.bias": (4,), "out.weight": (4, 2)}
LR, BETAS, EPSILON, WEIGHT_DECAY, MAX_NORM = 0.03, (0.9, 0.98), 1e-6, 0.1, 1.0
WARMUP, TOTAL, STEPS = 2, 8, 4


def record(tensors):
    return {name: tensor.flatten().tolist() for name, tensor in tensors.items()}


def main():
    generator = torch.Generator().manual_seed(0)

    def draw():
        return {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}

    initial = draw()
    # Norms of about 2.4, 0.3, 18 and 0.9.
    gradients = [
        {name: factor * gradient for name, gradient in draw().items()}
        for factor in (0.6, 0.04, 5.0, 0.16)
    ]
    parameters = {name: torch.nn.Parameter(value.clone()) for name, value in initial.items()}
    decayed = [p for name, p in parameters.items() if not name.endswith("bias")]
    exempt = [p for name, p in parameters.items() if name.endswith("bias")]
    groups = [
        {"params": decayed, "weight_decay": WEIGHT_DECAY},
        {"params": exempt, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=LR, betas=BETAS, eps=EPSILON)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, TOTAL)
    norms, after = [], []
    for gradient in gradients:
        for name, parameter in parameters.items():
            parameter.grad = gradient[name].clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), MAX_NORM)
        norms.append(norm.item())
        optimizer.step()
        schedule.step()
        after.append(record({name: p.detach() for name, p in parameters.items()}))
    OUT.write_text(
        json.dumps(
            {
                "torch": torch.__version__.split("+")[0],
                "shapes": SHAPES,
                "lr": LR,
                "beta_1": BETAS[0],
                "beta_2": BETAS[1],
                "epsilon": EPSILON,
                "weight_decay": WEIGHT_DECAY,
                "max_grad_norm": MAX_NORM,
                "warmup_ratio": WARMUP / TOTAL,
                "total": TOTAL,
                "norms": norms,
                "initial": record(initial),
                "gradients": [record(gradient) for gradient in gradients],
                "after": after,
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
