"""Makes tiny random checkpoints with the logits that Hugging Face transformers gives for them, in float64.

    pip install torch transformers && python hf_logits.py FOLDER...

FOLDER holds `cases.json`: for each case its name with the configuration as `config.json` is to have it, the type that the
weights are stored in, a seed and how many tokens to read. Each becomes a folder `FOLDER/NAME` with `config.json`,
`model.safetensors`, `case.json` (the token ids) and `expected.safetensors` (`logits`, `[1, N, V]`). Weights are far
larger than a trained model's first ones, so that every part of a model shows in its logits. The committed files were made
with transformers 5.24 and torch 2.15.0.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM


def randomise(model, seed):
    """Norm scales around 1, biases around 0, matrices that keep the size of what they are given."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if parameter.dim() == 2:
            parameter.data = noise if "embed" in name else 1.5 * noise / parameter.shape[1] ** 0.5
        else:
            parameter.data = noise * 0.3 + (1 if name.endswith("weight") else 0)


def make(folder, case):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(case["config"], indent=2) + "\n")
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    randomise(model, case["seed"])
    model.to(getattr(torch, case["type"])).save_pretrained(folder)
    # transformers writes its own form of the configuration; the case's stays.
    (folder / "config.json").write_text(json.dumps(case["config"], indent=2) + "\n")
    (folder / "generation_config.json").unlink(missing_ok=True)
    generator = torch.Generator().manual_seed(case["seed"])
    ids = torch.randint(config.vocab_size, (1, case["length"]), generator=generator)
    stored = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64)
    with torch.no_grad():
        logits = stored.eval()(ids, use_cache=False).logits
    save_file({"logits": logits.float().contiguous()}, folder / "expected.safetensors")
    (folder / "case.json").write_text(json.dumps({"inputIds": ids.tolist()}) + "\n")


for folder in map(pathlib.Path, sys.argv[1:]):
    for name, case in json.loads((folder / "cases.json").read_text()).items():
        make(folder / name, case)
