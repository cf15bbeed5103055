#!/usr/bin/env python3
"""Checks that R8 keeps every class and member of Java that native code looks up.

    r8_rules.py JAVA_TYPES_CPP RULES        prints what is wrong; exit status 1 if there is anything

A rule counts only if it keeps: -keep…names and allowshrinking let R8 remove what an app does not reach, and native code
looks everything up when the library is loaded.
"""
import re
import sys
from pathlib import Path

# What takes nothing away from -keep.
HARMLESS = {"includedescriptorclasses", "includecode"}
PRIMITIVES = {"V": "void", "Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int", "J": "long",
              "F": "float", "D": "double"}
LOOK = re.compile(r"""(?P<variable>[\w.]+)\s*=\s*find\.(?:keep|look)\(\s*"(?P<type>[^"]+)"\s*\)
    |find\.one_method\(\s*"(?P<one_type>[^"]+)",\s*"(?P<one_name>[^"]+)",\s*"(?P<one_signature>[^"]+)"\s*\)
    |find\.(?P<what>method|static_method|field)\(\s*(?P<of>[\w.]+),\s*"(?P<name>[^"]+)",\s*"(?P<signature>[^"]+)"
    \s*\)""", re.VERBOSE)
RULE = re.compile(r"-(?P<keep>keep\w*)(?P<modifiers>(?:\s*,\s*\w+)*)\s+(?:class|interface)\s+(?P<type>[\w.$*]+)"
                  r"\s*(?:\{(?P<members>[^}]*)\})?")


def types_of(signature):
    """The types of a descriptor in Java's words."""
    found = []
    for brackets, one in re.findall(r"(\[*)([VZBCSIJFD]|L[^;]+;)", signature):
        found.append(PRIMITIVES.get(one, one[1:-1].replace("/", ".")) + "[]" * len(brackets))
    return found


def member_of(name, signature):
    """As a rule says it, without `static`."""
    if not signature.startswith("("):
        return f"{types_of(signature)[0]} {name}"
    inside, _, result = signature[1:].partition(")")
    parameters = f"({', '.join(types_of(inside))})"
    return name + parameters if name == "<init>" else f"{types_of(result)[0]} {name}{parameters}"


def looked_up(source):
    """(class, member or None) of everything that the source looks up of vn.cotmoc, in order."""
    variables = {}
    found = []
    for look in LOOK.finditer(source):
        if look["variable"]:
            variables[look["variable"]] = look["type"]
            found.append((look["type"], None))
        elif look["one_type"]:
            found += [(look["one_type"], None), (look["one_type"], member_of(look["one_name"], look["one_signature"]))]
        else:
            found.append((variables[look["of"]], member_of(look["name"], look["signature"])))
    return [(name.replace("/", "."), member) for name, member in found if name.startswith("vn/cotmoc/")]


def kept_by(rules):
    """The members that are kept of each class; only rules that keep count."""
    kept = {}
    for rule in RULE.finditer(re.sub(r"#.*", "", rules)):
        modifiers = set(re.findall(r"\w+", rule["modifiers"]))
        if rule["keep"] != "keep" or modifiers - HARMLESS:
            continue
        members = kept.setdefault(rule["type"], set())
        for member in (rule["members"] or "").split(";"):
            words = re.sub(r"\b(public|protected|private|static|final)\s+", "", member)
            members.add(re.sub(r"\s*,\s*", ", ", " ".join(words.split())))
    return kept


def findings(source, rules):
    """What is looked up and not kept."""
    wanted = looked_up(source)
    calls = len(re.findall(r"\bfind\.(?:keep|look|one_method|method|static_method|field)\(", source))
    if calls == 0 or calls != len(list(LOOK.finditer(source))):
        yield f"{calls} calls look something up, and not all of them can be read here"
    kept = kept_by(rules)
    # All of them are registered when the library is loaded.
    for name, member in [*wanted, ("vn.cotmoc.Native", "native <methods>")]:
        members = kept.get(name)
        if members is None:
            yield f"{name} is not kept"
        elif member is not None and member not in members and "*" not in members:
            yield f"{name}: {member} is not kept"


def main(arguments):
    source, rules = (Path(path).read_text(encoding="utf-8") for path in arguments)
    found = sorted(set(findings(source, rules)))
    print("\n".join(found) or f"{len(set(looked_up(source)))} classes and members")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
