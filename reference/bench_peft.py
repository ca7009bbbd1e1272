#!/usr/bin/env python3
"""The PyTorch + transformers + PEFT side of `make bench`; one measurement a process.

    echo JOB | python reference/bench_peft.py       (a job as crates/bench/src/job.rs writes it)
    python reference/bench_peft.py --versions

Reads a job as JSON from standard input and prints the answer as JSON on its last line: seconds of
each timed step, peak resident memory and parameters that train, or, for `make memory`, the bytes
kept for the backward pass. A job carries the model's shape, the
arm's and the optimiser's settings, so this script has no table of its own.

What a user of PEFT gets is what is measured: transformers' default attention (sdpa), AdamW in the
form that transformers' Trainer uses by default (fused), PEFT's own LoRA layers.
"""

import json
import platform
import sys
import time

import torch

SEED = 0


def versions():
    import accelerate
    import peft
    import transformers

    print(
        json.dumps(
            {
                "python": platform.python_version(),
                "torch": torch.__version__,
                "transformers": transformers.__version__,
                "peft": peft.__version__,
                "accelerate": accelerate.__version__,
                "blas": "mkl" if torch.backends.mkl.is_available() else "other",
                "simd": torch.backends.cpu.get_cpu_capability(),
            }
        )
    )


def peak_rss_mb():
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return round(int(line.split()[1]) / 1024)
    except OSError:
        pass
    return None


def encoder(job):
    """A BERT or RoBERTa classifier with random weights and no dropout."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    values = dict(job["model"]["config"])
    values.update(
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0
    )
    config = AutoConfig.for_model(num_labels=job["n_outputs"], **values)
    return AutoModelForSequenceClassification.from_config(config)


def encoder_batch(job):
    """Random tokens; row i has lengths[i] of them and padding after."""
    model, batch = job["model"], job["batch"]
    seq, pad, vocabulary = model["seq"], model["config"]["pad_token_id"], model["config"]["vocab_size"]
    generator = torch.Generator().manual_seed(SEED)
    ids = torch.randint(pad + 1, vocabulary, (batch, seq), generator=generator)
    mask = torch.arange(seq)[None, :] < torch.tensor(model["lengths"])[:, None]
    return {
        "input_ids": ids.masked_fill(~mask, pad),
        "attention_mask": mask.long(),
        "token_type_ids": torch.zeros_like(ids),
        "labels": torch.randint(job["n_outputs"], (batch,), generator=generator),
    }


def vision(job):
    """A ViT or DINOv2 classifier with random weights and no dropout."""
    from transformers import AutoConfig, AutoModelForImageClassification

    config = AutoConfig.for_model(num_labels=job["n_outputs"], **job["model"]["config"])
    model = AutoModelForImageClassification.from_config(config)
    for name, parameter in model.named_parameters():
        if name.endswith("mask_token"):
            # DINOv2's, for pretraining: no picture reaches it.
            parameter.requires_grad_(False)
    return model


def vision_batch(job):
    """Random pictures."""
    batch, side = job["batch"], job["model"]["side"]
    generator = torch.Generator().manual_seed(SEED)
    shape = (batch, job["model"]["config"]["num_channels"], side, side)
    return {
        "pixel_values": torch.rand(shape, generator=generator) * 4 - 2,
        "labels": torch.randint(job["n_outputs"], (batch,), generator=generator),
    }


FAMILIES = {"encoder": (encoder, encoder_batch), "vision": (vision, vision_batch)}


def adapted(model, method, targets):
    """The model as the arm trains it; the head always trains."""
    if method == "full":
        return model
    # BERT's head is its pooler and one matrix, which together have the shape of RoBERTa's head.
    head = [name for name, _ in model.named_modules() if name.split(".")[-1] in ("classifier", "pooler")]
    if method == "linear-probe":
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(any(name.startswith(module + ".") for module in head))
        return model
    from peft import LoraConfig, get_peft_model

    settings = method["low-rank"]
    config = LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings["dropout"],
        target_modules=targets,
        modules_to_save=[name.split(".")[-1] for name in head],
        # PEFT has no task type for pictures.
        task_type=None if model.main_input_name == "pixel_values" else "SEQ_CLS",
    )
    model = get_peft_model(model, config)
    zero = torch.nn.init.zeros_
    starts = {
        "zero": zero,
        "orthonormal": torch.nn.init.orthogonal_,
        "kaiming-uniform": lambda factor: torch.nn.init.kaiming_uniform_(factor, a=5**0.5),
    }
    for name, parameter in model.named_parameters():
        for factor, letter in (("lora_A", "a"), ("lora_B", "b")):
            if factor in name:
                # Other starts take as long a step; only these need no pretrained weight.
                starts.get(settings[letter], torch.nn.init.orthogonal_)(parameter.data)
                trains = settings["trains"] in (letter.upper(), "Both")
                parameter.requires_grad_(trains)
    return model


def optimizer(model, settings, lr):
    """As transformers' Trainer makes it: no decay of biases and norms, one fused kernel."""
    decayed, exempt = [], []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (exempt if name.endswith("bias") or "norm" in name.lower() else decayed).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": settings["weight_decay"]},
        {"params": exempt, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=lr,
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
        fused=True,
    )


def trainable(model):
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def timed_steps(job):
    make, make_batch = FAMILIES[job["model"]["family"]]
    torch.manual_seed(SEED)
    # Our side's `cuda:1` is PyTorch's name as well; every device of a processor is `cpu` here.
    device = job["device"] if job["device"].startswith("cuda") else "cpu"
    model = adapted(make(job), job["method"], job["targets"]).to(device)
    batch = {name: value.to(device) for name, value in make_batch(job).items()}
    opt = optimizer(model, job["optimizer"], job["lr"])
    parameters = [p for p in model.parameters() if p.requires_grad]
    built = peak_rss_mb()
    what, seconds = job["what"], []
    model.train(what != "evaluate")
    for step in range(job["warmup"] + job["steps"]):
        started = time.perf_counter()
        if what == "train-step":
            loss = model(**batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, job["optimizer"]["max_grad_norm"])
            opt.step()
            opt.zero_grad()
            loss.item()
            if device != "cpu":
                torch.cuda.synchronize(device)
        elif what == "forward":
            loss = model(**batch).loss
            loss.item()
        else:
            with torch.no_grad():
                inputs = {name: value for name, value in batch.items() if name != "labels"}
                model(**inputs).logits.cpu().numpy()
        if step >= job["warmup"]:
            seconds.append(time.perf_counter() - started)
    return {
        "seconds": seconds,
        "peak_rss_mb": peak_rss_mb(),
        "built_rss_mb": built,
        "trainable": trainable(model),
    }


def kept(job):
    """Bytes that autograd saves in one forward pass, part by part, each storage once."""
    make, make_batch = FAMILIES[job["model"]["family"]]
    torch.manual_seed(SEED)
    model = adapted(make(job), job["method"], job["targets"]).train()
    batch = make_batch(job)
    # Labels index the loss alone; ids are there with or without a graph.
    parameters = {p.untyped_storage().data_ptr() for p in model.parameters()}
    inputs = {value.untyped_storage().data_ptr() for value in batch.values()}
    n_layers = job["model"]["config"]["num_hidden_layers"]
    parts = ["embeddings"] + [f"layer {layer}" for layer in range(n_layers)]
    bytes_of, seen, current = dict.fromkeys(parts, 0), {}, ["embeddings"]
    for name, module in model.named_modules():
        if ".layer." in name and name.split(".")[-2] == "layer":
            part = f"layer {name.split('.')[-1]}"
            module.register_forward_pre_hook(lambda *_, part=part: current.__setitem__(0, part))

    def pack(tensor):
        storage = tensor.untyped_storage()
        pointer = storage.data_ptr()
        if pointer not in parameters and pointer not in inputs and pointer not in seen:
            # Held, so that no later storage gets the same address.
            seen[pointer] = storage
            bytes_of[current[0]] += storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = model(**batch).loss
    loss.backward()
    return list(bytes_of.items())


def rte_epoch(job):
    """One epoch as transformers' run_glue trains it by default: every input padded to max_len."""
    import tempfile

    from transformers import (
        AutoModelForSequenceClassification,
        PreTrainedTokenizerFast,
        Trainer,
        TrainingArguments,
        default_data_collator,
        set_seed,
    )

    rte = job["rte"]
    with open(rte["examples"]) as lines:
        examples = [json.loads(line) for line in lines]
    set_seed(SEED)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=rte["checkpoint"] + "/tokenizer.json", pad_token="[PAD]"
    )
    model = AutoModelForSequenceClassification.from_pretrained(rte["checkpoint"], num_labels=2)
    if model.config.model_type != "bert":
        tokenizer.pad_token = "<pad>"
    model = adapted(model, job["method"], job["targets"])
    encoded = tokenizer(
        [example["a"] for example in examples],
        [example["b"] for example in examples],
        padding="max_length",
        max_length=rte["max_len"],
        truncation=True,
        return_token_type_ids=True,
    )
    dataset = [
        {
            "input_ids": encoded["input_ids"][i],
            "attention_mask": encoded["attention_mask"][i],
            "token_type_ids": encoded["token_type_ids"][i],
            "label": int(examples[i]["label"]),
        }
        for i in range(len(examples))
    ]
    built = peak_rss_mb()
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=rte["batch_size"],
            learning_rate=2e-5,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            seed=SEED,
        )
        trainer = Trainer(
            model=model,
            args=arguments,
            train_dataset=dataset,
            data_collator=default_data_collator,
        )
        started = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - started
    return {
        "seconds": [seconds],
        "peak_rss_mb": peak_rss_mb(),
        "built_rss_mb": built,
        "trainable": trainable(model),
    }


def main():
    if "--versions" in sys.argv[1:]:
        versions()
        return
    job = json.load(sys.stdin)
    torch.set_num_threads(job["threads"])
    answer = {"rte-epoch": rte_epoch, "kept": kept}.get(job["what"], timed_steps)(job)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
