"""What demo.sh asks of JSON: the fleet's lists, the split of records by device, comparisons. Exit 1 says no."""
import json
import sys


def devices(fleet):
    for device in fleet["devices"]:
        print(device["name"], device["role"], " ".join(device["spaces"]), sep="\t")


def holder_of(fleet, record):
    """The device that wrote a record: the one its unit names, else the first district officer of its space."""
    in_space = [d for d in fleet["devices"] if record["space"] in d["spaces"] or d["spaces"] == ["*"]]
    for device in in_space:
        if record["unit"] in (device["name"], device["holder"]):
            return device["name"]
    order = {"district_officer": 0, "border_post": 1, "province_officer": 2}
    return min(in_space, key=lambda d: order[d["role"]])["name"] if record["space"] != fleet["province"] \
        else next(d["name"] for d in in_space if d["role"] == "province_officer")


def split(fleet, records, folder):
    parts = {}
    with open(records, encoding="utf-8") as lines:
        for line in lines:
            parts.setdefault(holder_of(fleet, json.loads(line)), []).append(line)
    for name, part in parts.items():
        with open(f"{folder}/{name}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(part)


def moved(_, path):
    report = json.load(open(path, encoding="utf-8"))
    print(report["sent"]["change_sets"] + report["received"]["change_sets"] + (not report["complete"]))


def same_digests(_, __):
    """Each space has one digest on all devices that hold it, and nothing waits to be sent."""
    seen, count, unsent = {}, 0, 0
    decoder, text = json.JSONDecoder(), sys.stdin.read().strip()
    while text:
        status, end = decoder.raw_decode(text)
        text = text[end:].strip()
        count += 1
        for space in status["spaces"]:
            seen.setdefault(space["space"], set()).add(space["digest"])
            unsent += space["unsent_ops"]
    for space, digests in sorted(seen.items()):
        print(f"{space}: {' '.join(sorted(digests))}")
    print(f"{count} replicas, {unsent} ops unsent")
    return all(len(digests) == 1 for digests in seen.values()) and unsent == 0 and count > 1


def flat(value, place=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{place}.{key}" if place else key)
    else:
        yield place, value


def figures(_, expected_path, report_path):
    expected = dict(flat(json.load(open(expected_path, encoding="utf-8"))))
    report = dict(flat(json.load(open(report_path, encoding="utf-8"))))
    wrong = 0
    for place, value in expected.items():
        equal = place in report and report[place] == value
        wrong += not equal
        print(f"  {'=' if equal else 'DIFFERS'} {place}: {report.get(place)}" + ("" if equal else f" expected {value}"))
    print(f"{len(expected) - wrong} of {len(expected)} figures are equal")
    return wrong == 0 and len(expected) > 0


def disputed(_, record, field, count):
    view = json.load(sys.stdin)
    conflicts = [c for c in view["conflicts"] if c["field"] == field]
    return view["id"] == record and len(conflicts) == 1 and len(conflicts[0]["values"]) == int(count)


def agreed(_, record, field):
    views = [json.loads(line) for line in sys.stdin if line.strip()]
    values = {view["fields"][field] for view in views}
    print(f"{len(views)} devices show {field} = {', '.join(sorted(values))}")
    return len(values) == 1 and not any(view["conflicts"] for view in views) and len(views) > 1


if __name__ == "__main__":
    loaded = json.load(open(sys.argv[1], encoding="utf-8"))
    answer = globals()[sys.argv[2]](loaded, *sys.argv[3:])
    sys.exit(0 if answer in (None, True) else 1)
