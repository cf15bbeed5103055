"""Random histories for tests/unit/merge/register_model.cpp, by the register model of the specification.

usage: python3 -O register_histories.py MODEL FIRST COUNT

MODEL is the model's register.py; one history a line goes to standard output, for the seeds from FIRST on. The form
is that of `register.py --write`. Speed matters here: the views come from the model's incremental form, and only the
last one also from its definition; the model itself checks that the two agree.
"""
import json
import sys
import types


def load(path):
    """The model's classes and functions, without its main program and without its own check of other orders."""
    with open(path, encoding="utf-8") as file:
        source = file.read().split("\nimport sys\n")[0].replace("range(5)", "range(0)")
    module = types.ModuleType("register_model")
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def main():
    model = load(sys.argv[1])
    first, count = int(sys.argv[2]), int(sys.argv[3])
    encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
    for seed in range(first, first + count):
        history = model.run(seed)
        incremental = model.Inc()
        views = []
        for op in history:
            incremental.apply(op)
            displayed, listed = incremental.view()
            views.append({"displayed": displayed, "listed": listed})
        if incremental.view() != model.definition(history):
            sys.exit("seed %d: the model's two forms differ" % seed)
        ops = [{"dev": op.dev, "seq": op.seq, "past": op.past, "val": op.val, "hlc": op.hlc, "over": op.over,
                "settling": op.settling} for op in history]
        sys.stdout.write(encode({"seed": seed, "ops": ops, "views": views}) + "\n")


main()
