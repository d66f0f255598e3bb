"""Makes a fixture for an adapter: a tiny random checkpoint, a training step of it, and the step's right answers.

    pip install torch transformers
    python make_fixtures.py FOLDER --model-type llama --set num_key_value_heads=2 --set intermediate_size=40
    python make_fixtures.py FOLDER --config config.json --documents 2 --steps 2 --layers 1

The folder gets config.json, model.safetensors, case.json and expected.safetensors (logits_before, logits_after and
updated.<checkpoint name>), computed with Hugging Face transformers in float64; see oracle.py. It appears whole or not
at all. The same arguments and versions give the same numbers.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

# Quiet from the start: what matters is one line at the end, or one sentence that says what is wrong.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

try:
    import torch
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    from transformers.utils import logging

    logging.disable_progress_bar()
except ImportError as missing:
    sys.exit(f"Python has no {missing.name}; install what is needed: pip install torch transformers")

import oracle

# What makes a model tiny, by the names that most configurations understand; those of others are given with --set.
TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "intermediate_size": 48,
    "vocab_size": 64,
    "max_position_embeddings": 48,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": None,
}

# The same for fields that not all families set by themselves: where one is None, it follows from the others.
TINY_WHERE_SET = {"head_dim": 8, "rotary_dim": 4, "ffn_dim": 48, "word_embed_proj_dim": 32}

# Loss changes below this are near float32's own rounding: a wrong step could pass.
SMALLEST_CHANGE = 2e-3
LARGEST_PARAMETERS = 300_000


class Refusal(Exception):
    """One sentence for the user."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", help="what to make; must not exist")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--config", metavar="FILE", help="a config.json, taken as it is")
    source.add_argument("--model-type", metavar="TYPE", help="a model type of transformers, made tiny")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help="a field; VALUE as JSON")
    parser.add_argument("--seed", type=int, default=0, help="of weights and tokens (default 0)")
    parser.add_argument("--deviation", type=float, default=0.1, help="of random weights (default 0.1)")
    parser.add_argument("--length", type=int, default=24, help="tokens of a sequence (default 24)")
    parser.add_argument("--train-length", type=int, help="default two thirds of the length")
    parser.add_argument("--batch", type=int, default=1, help="sequences (default 1)")
    parser.add_argument("--steps", type=int, default=1, help="rounds of descent (default 1)")
    parser.add_argument("--layers", type=int, help="how many of the last blocks learn (default all)")
    parser.add_argument("--learning-rate", type=float, default=0.01, help="default 0.01")
    parser.add_argument("--loss-gradient", choices=["softmax", "quad", "target"], default="softmax")
    parser.add_argument("--update-norm-weights", action="store_true", help="scales of norms learn too")
    parser.add_argument(
        "--documents", type=int, default=1, help="texts in a row that do not see each other and count from 0"
    )
    parser.add_argument("--skip-targets", type=int, metavar="K", help="every Kth token is no training target")
    return parser.parse_args()


def configuration(options):
    changes = dict(parse_field(field) for field in options.set)
    if options.config:
        fields = read_json(options.config)
        model_type = fields.get("model_type")
    else:
        fields, model_type = {}, options.model_type
    if model_type not in CONFIG_MAPPING:
        raise Refusal(
            f"transformers {package_version()} has no model type {model_type!r}; expected one of its own, such as "
            "gpt2, llama or phi."
        )
    kind = CONFIG_MAPPING[model_type]
    if not options.config:
        known = kind()
        # GPT-2 calls its width n_embd: attribute_map says so. What a family does not have is left out.
        fields = {key: value for key, value in TINY.items() if hasattr(known, key) or key in known.attribute_map}
        fields.update({k: v for k, v in TINY_WHERE_SET.items() if getattr(known, k, None) is not None})
        if "num_key_value_heads" in fields and "num_attention_heads" in changes:
            fields["num_key_value_heads"] = changes["num_attention_heads"]
    unknown = [key for key in changes if not hasattr(kind(), key) and key not in known_extras(kind)]
    if unknown:
        raise Refusal(f"A {model_type} configuration has no field {unknown[0]}; expected one of its own.")
    # A field given by two names would have one value of the two: hidden_size of TINY, and n_embd of --set.
    own = getattr(kind, "attribute_map", {})
    given = {own.get(k, k): v for k, v in fields.items() if k != "model_type"}
    given.update({own.get(k, k): v for k, v in changes.items()})
    try:
        made = kind(**given)
    except Exception as error:  # Each family has its own checks.
        raise Refusal(f"transformers refuses this {model_type} configuration: {one_line(error)}") from error
    check_taken(made, changes)
    return made


def check_taken(config, changes):
    """A fixture that does not have what it was made for would prove nothing about it."""
    for key, value in changes.items():
        found = getattr(config, key, value)
        # Objects are completed: rotary settings get their defaults.
        if not isinstance(value, (dict, list)) and found != value:
            raise Refusal(
                f"transformers takes {key} {json.dumps(value)} of a {config.model_type} configuration as "
                f"{json.dumps(found)}; expected it as it was given. Another field decides about it."
            )


def known_extras(kind):
    """Fields that configurations take though their instances lack them: rotary settings before transformers 5."""
    return {"rope_theta", "rope_scaling", "partial_rotary_factor", "rotary_pct", *getattr(kind, "attribute_map", {})}


def parse_field(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise Refusal(f"--set got {text!r}; expected KEY=VALUE.")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            fields = json.load(file)
    except (OSError, ValueError) as error:
        raise Refusal(f"{path} cannot be read as JSON: {one_line(error)}") from error
    if not isinstance(fields, dict):
        raise Refusal(f"{path} holds no JSON object; expected a configuration.")
    return fields


def random_model(config, options):
    """A model whose every number matters: no bias is 0 and no scale 1, as they are when a training starts."""
    torch.manual_seed(options.seed)
    try:
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    except ValueError as error:
        raise Refusal(
            f"transformers has no causal language model of type {config.model_type}: {one_line(error)}"
        ) from error
    count = sum(p.numel() for p in model.parameters())
    if count > LARGEST_PARAMETERS:
        raise Refusal(
            f"The model has {count} parameters; expected at most {LARGEST_PARAMETERS}, as fixtures are kept with the "
            "code. Make it smaller with --set: widths, layers and vocabulary."
        )
    scales = oracle.norm_scales(model)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(torch.randn_like(p) * options.deviation + (1 if name in scales else 0))
    try:
        check_causal(model.eval())
    except (TypeError, ValueError, RuntimeError) as error:
        raise Refusal(
            f"This {config.model_type} model cannot run: {one_line(error)} Its fields may not fit each other."
        ) from error
    if options.documents > 1:
        check_masks(model)
    return model


def check_causal(model):
    ids = torch.arange(6)[None] % model.config.vocab_size
    other = ids.clone()
    other[0, -1] += 1
    with torch.no_grad():
        same = torch.equal(model(ids).logits[0, :-1], model(other).logits[0, :-1])
    if not same:
        raise Refusal(
            f"A token of this {model.config.model_type} model sees those after it; expected a causal language model."
        )


def check_masks(model):
    """A mask that is given replaces the model's own one, which may hide more: a sliding window would be lost."""
    length = min(24, getattr(model.config, "max_position_embeddings", None) or 24)
    ids = torch.arange(length)[None] % model.config.vocab_size
    hidden = torch.triu(torch.full((1, 1, length, length), torch.finfo(torch.float32).min), diagonal=1)
    try:
        with torch.no_grad():
            same = torch.allclose(model(ids).logits, model(ids, attention_mask=hidden).logits, atol=1e-4)
    except (TypeError, ValueError, RuntimeError):
        return  # The step says so.
    if not same:
        raise Refusal(
            f"This {model.config.model_type} model hides more than the tokens after each one (a sliding window?), which "
            "transformers forgets where documents are given; leave --documents out."
        )


def training_case(config, options):
    length, batch = options.length, options.batch
    train_length = options.train_length or (2 * length) // 3
    layers = options.layers or config.num_hidden_layers
    limits = {
        "--length": (length, 4, getattr(config, "max_position_embeddings", None) or length),
        "--train-length": (train_length, 2, length - 1),
        "--layers": (layers, 1, config.num_hidden_layers),
        "--batch": (batch, 1, 16),
        "--steps": (options.steps, 1, 16),
        "--documents": (options.documents, 1, length // 2),
    }
    for name, (value, least, most) in limits.items():
        if not least <= value <= most:
            raise Refusal(f"{name} is {value}; expected a number from {least} to {most}.")
    random = torch.Generator().manual_seed(options.seed + 1)
    masks = document_masks(length, options.documents)
    skip = options.skip_targets
    return {
        "kind": config.model_type,
        "inputIds": torch.randint(0, config.vocab_size, (batch, length), generator=random).tolist(),
        "trainLength": train_length,
        "learningRate": options.learning_rate,
        "steps": options.steps,
        "layers": layers,
        "gradientMask": [0 if t % skip == 0 else 1 for t in range(length)] if skip else None,
        **masks,
        "lossGradient": options.loss_gradient,
        "updateNormWeights": options.update_norm_weights,
    }


def document_masks(length, documents):
    if documents == 1:
        return {"attentionMask": None, "positionIds": None}
    owner = [t * documents // length for t in range(length)]
    start = [owner.index(document) for document in owner]
    mask = [[1 if owner[row] == owner[column] else 0 for column in range(length)] for row in range(length)]
    return {"attentionMask": mask, "positionIds": [t - start[t] for t in range(length)]}


def right_answers(folder, case):
    exact = run(folder, case)
    with oracle.constant_softmax():
        value_only = run(folder, case)
    before, after = exact[0], value_only[1]
    if abs(exact[1] - after) < 1e-9:
        raise Refusal(
            "Full back-propagation and constant attention probabilities give the same step: this model's softmax was "
            "not found (expected torch.nn.functional.softmax in its eager attention), or it has no attention."
        )
    change = abs(after - before)
    if not SMALLEST_CHANGE <= change < float("inf"):
        raise Refusal(
            f"The step changes the loss from {before:.4f} to {after:.4f}; expected a change of at least "
            f"{SMALLEST_CHANGE}, as float32 could hide a wrong step otherwise. Change --learning-rate."
        )
    return exact, value_only


def run(folder, case):
    try:
        return oracle.run(folder, case)
    except (TypeError, ValueError, RuntimeError) as error:
        hint = " It may take no masks or position ids; leave --documents out." if case["positionIds"] else ""
        raise Refusal(f"The step of this {case['kind']} model failed: {one_line(error)}{hint}") from error


def write_fixture(folder, options):
    config = configuration(options)
    model = random_model(config, options)
    case = training_case(config, options)
    model.save_pretrained(folder)
    generation = os.path.join(folder, "generation_config.json")
    if os.path.exists(generation):
        os.remove(generation)
    exact, value_only = right_answers(folder, case)
    before, after, logits_before, logits_after, updated = value_only
    case["expected"] = {
        "lossBefore": before,
        "valueOnlyAttentionGradient": {"lossAfter": after},
        "exactGradient": {"lossAfter": exact[1]},
    }
    with open(os.path.join(folder, "case.json"), "w", encoding="utf-8") as file:
        json.dump(case, file)
        file.write("\n")
    expected = {"logits_before": logits_before, "logits_after": logits_after}
    expected.update({f"updated.{name}": value.contiguous() for name, value in updated.items()})
    save_file(expected, os.path.join(folder, "expected.safetensors"))
    return before, after, exact[1]


def package_version():
    import transformers

    return transformers.__version__


def one_line(error):
    return " ".join(str(error).split())


def main():
    options = arguments()
    target = os.path.abspath(options.folder)
    if os.path.exists(target):
        raise Refusal(f"{options.folder} exists; expected a folder that does not, so that nothing is overwritten.")
    parent = os.path.dirname(target)
    os.makedirs(parent, exist_ok=True)
    made = tempfile.mkdtemp(prefix=".fixture-", dir=parent)
    try:
        before, after, exact = write_fixture(made, options)
        os.chmod(made, 0o755)
        for name in os.listdir(made):
            os.chmod(os.path.join(made, name), 0o644)
        os.rename(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    size = sum(os.path.getsize(os.path.join(target, name)) for name in os.listdir(target))
    print(
        f"{options.folder}: loss {before:.5f}, after TinT's step {after:.5f}, after an exact one {exact:.5f}; "
        f"{size / 1000:.0f} kB, made with transformers {package_version()} and torch {torch.__version__}"
    )


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
