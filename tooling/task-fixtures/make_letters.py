"""Makes the synthetic task "letters" and a tiny GPT-2 that knows half of it, for tests of in-context tasks.

    pip install torch transformers
    python make_letters.py ../../packages/evaluate/src/fixtures/letters

A text is three letters, one of which is from a to h: "s c w". Its label is "early" (a to d) or "late" (e to h), in the
words E and L. What the model is trained on is biased: an early text is followed by E in 95 % of all cases, and a late one
by L in 40 % only, so that the model can tell the two apart and still answers E nearly always. Hence what must hold:
accuracy is about one half without learning; a step on demonstrations, whose labels are right, raises it; and so does
calibration, as a late text makes L likelier than a question about nothing does. Questions about nothing are among the
training texts.

The folder gets config.json, model.safetensors (half precision), tokenizer.json, letters.yaml, letters.train and
letters.test. The same versions give the same files, up to the last digits of the weights.
"""

import argparse
import json
import random
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

EARLY, LATE, FILLERS = "abcd", "efgh", "stuvwxyz"
POSITIONS = 320
# Of an early and of a late text: how often it is labelled L. First as it should be, so that the letters are learned.
RIGHT, BIASED = (0.0, 1.0), (0.05, 0.4)
# Sequences in a batch and tokens in each, steps, and shares of L: short ones first, at random positions.
PHASES = [(64, 40, 500, RIGHT), (64, 40, 400, BIASED), (24, POSITIONS, 150, BIASED)]


def tokenizer():
    """GPT-2's kind, with a token for each letter, each letter after a space, and an empty line."""
    letters = EARLY + LATE + FILLERS + "EL="
    tokens = list(letters) + ["Ġ", "Ċ"] + ["Ġ" + letter for letter in letters] + ["ĊĊ"]
    merges = ["Ġ " + letter for letter in letters] + ["Ċ Ċ"]
    return {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {token: id for id, token in enumerate(tokens)}, "merges": merges},
    }


def text(generator):
    label = generator.randrange(2)
    letters = [generator.choice((EARLY, LATE)[label]), generator.choice(FILLERS), generator.choice(FILLERS)]
    generator.shuffle(letters)
    return label, letters


def example(generator, ids, late):
    """The ids of one text with its answer, or of a question about nothing."""
    label, letters = text(generator)
    answer = "L" if generator.random() < late[label] else "E"
    about = [letters[0], "Ġ" + letters[1], "Ġ" + letters[2], "Ċ"] if generator.random() < 0.85 else []
    return [ids[token] for token in about + ["=", "Ġ" + answer, "ĊĊ"]]


def sequence(generator, ids, length, late):
    found = []
    while len(found) < length:
        found += example(generator, ids, late)
    return found[:length]


def train(ids):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    config = GPT2Config(
        vocab_size=len(ids), n_positions=POSITIONS, n_embd=32, n_layer=3, n_head=4,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    model = GPT2LMHeadModel(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    generator = random.Random(1)
    answers = torch.tensor([ids["ĠE"], ids["ĠL"]])
    for batch, length, steps, late in PHASES:
        for step in range(steps):
            tokens = torch.tensor([sequence(generator, ids, length, late) for _ in range(batch)])
            first = torch.randint(0, POSITIONS - length + 1, (batch, 1))
            logits = model(tokens, position_ids=first + torch.arange(length)).logits[:, :-1]
            targets = tokens[:, 1:]
            losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
            is_answer = torch.isin(targets, answers)
            # Letters are random; what there is to learn is in the answers.
            loss = 0.2 * losses.mean() + losses[is_answer].mean()
            for group in optimiser.param_groups:
                group["lr"] = 3e-3 * min(1, 10 * (1 - step / steps), (step + 1) / 50)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
            optimiser.step()
            if step % 50 == 0 or step == steps - 1:
                print(f"step {step} of {steps}: loss of answers {losses[is_answer].mean().item():.3f}", flush=True)
    return model.half()


TASK = """\
# Made by tooling/task-fixtures/make_letters.py.
name: letters
about: Three letters, by whether the one from a to h is in its first half
labels: [early, late]
templates:
  - name: equals
    text: "{text}\\n= {label}"
    contentFree: "= {label}"
    words: [E, L]
  - name: twice
    text: "{text}\\n= {label}"
    contentFree: "= {label}"
    words: [E E, L L]
local:
  format: labelled-lines
  labelValues: [0, 1]
  train: [letters.train]
  test: [letters.test]
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    options = arguments.parse_args()
    described = tokenizer()
    model = train(described["model"]["vocab"])
    folder = options.folder
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n")
    (folder / "letters.yaml").write_text(TASK)
    generator = random.Random(2)
    for part, count in (("train", 120), ("test", 120)):
        texts = [text(generator) for _ in range(count)]
        lines = [f"{label} {' '.join(letters)}\n" for label, letters in texts]
        (folder / f"letters.{part}").write_text("".join(lines))


if __name__ == "__main__":
    main()
