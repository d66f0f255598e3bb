"""What the PyTorch workers share: the life of a worker, and one step of exact dynamic evaluation, the yardstick of
`pnpm bench`. All cores, float32, sdpa attention; embeddings and head are frozen, all else learns by plain SGD on the
summed loss. Needs torch and transformers."""
import json, os, resource, sys, time

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import torch.nn.functional as F

torch.manual_seed(0)
threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
torch.set_num_threads(threads)
FROZEN = ("embed", "wte", "wpe", "lm_head", "project_")


def learning_parameters(model):
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not any(part in name for part in FROZEN))
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def test_loss(logits, ids, n):
    return F.cross_entropy(logits[0, n - 1 : -1], ids[0, n:]).item()


def descend(learned, rate):
    """One step of SGD; a negative rate takes it back."""
    with torch.no_grad():
        for parameter in learned:
            parameter.sub_(parameter.grad, alpha=rate)


def serve(step, **facts):
    """Tells that it is ready in a JSON line, and then takes a step for each line on its input."""
    print(json.dumps({"threads": torch.get_num_threads(), **facts}), flush=True)
    # Kilobytes, but on macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    for _ in sys.stdin:
        answer = step()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
        print(json.dumps({**answer, "peakMemoryBytes": peak}), flush=True)


def settings():
    return json.loads(sys.argv[1])


now = time.perf_counter
