#!/usr/bin/env python3
"""Checks that R8 keeps every class and member of Java that native code looks up, and every field that is written and
never read: such a field holds an object that must not be collected, and R8 takes it out.

    r8_rules.py JAVA_TYPES_CPP RULES JAR        prints what is wrong; exit status 1 if there is anything

A rule counts only if it keeps: -keep…names and allowshrinking let R8 remove what an app does not reach, and native code
looks everything up when the library is loaded.
"""
import re
import subprocess
import sys
import zipfile
from pathlib import Path

# What takes nothing away from -keep.
HARMLESS = {"includedescriptorclasses", "includecode"}
# Nobody looks up by name what only has to be there.
HARMLESS_TO_FIELDS = HARMLESS | {"allowobfuscation"}
PRIMITIVES = {"V": "void", "Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int", "J": "long",
              "F": "float", "D": "double"}
LOOK = re.compile(r"""(?P<variable>[\w.]+)\s*=\s*find\.(?:keep|look)\(\s*"(?P<type>[^"]+)"\s*\)
    |find\.one_method\(\s*"(?P<one_type>[^"]+)",\s*"(?P<one_name>[^"]+)",\s*"(?P<one_signature>[^"]+)"\s*\)
    |find\.(?P<what>method|static_method|field)\(\s*(?P<of>[\w.]+),\s*"(?P<name>[^"]+)",\s*"(?P<signature>[^"]+)"
    \s*\)""", re.VERBOSE)
RULE = re.compile(r"-(?P<keep>keep\w*)(?P<modifiers>(?:\s*,\s*\w+)*)\s+(?:class|interface)\s+(?P<type>[\w.$*]+)"
                  r"\s*(?:\{(?P<members>[^}]*)\})?")
# In what javap prints. A field of the same class stands there without its class.
CLASS = re.compile(r"^\S.*?\b(?:class|interface) (?P<type>[\w.$]+)")
FIELD = re.compile(r"\b(?P<what>put|get)(?:field|static)\b.*// Field (?:(?P<of>[\w/$]+)\.)?\"?(?P<name>[\w$]+)\"?:"
                   r"(?P<signature>\S+)")


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


def rules_that_keep(rules, words, harmless):
    """(class, members) of each rule that begins with one of the words and lets R8 take nothing away."""
    for rule in RULE.finditer(re.sub(r"#.*", "", rules)):
        modifiers = set(re.findall(r"\w+", rule["modifiers"]))
        if rule["keep"] not in words or modifiers - harmless:
            continue
        members = set()
        for member in (rule["members"] or "").split(";"):
            plain = re.sub(r"\b(public|protected|private|static|final)\s+", "", member)
            members.add(re.sub(r"\s*,\s*", ", ", " ".join(plain.split())))
        yield rule["type"], members


def kept_by(rules):
    """The members that are kept of each class."""
    kept = {}
    for name, members in rules_that_keep(rules, {"keep"}, HARMLESS):
        kept.setdefault(name, set()).update(members)
    return kept


def listing_of(jar):
    """What javap tells of all classes of a jar."""
    with zipfile.ZipFile(jar) as archive:
        names = [name[:-6].replace("/", ".") for name in archive.namelist() if name.endswith(".class")]
    return subprocess.run(["javap", "-p", "-c", "-cp", str(jar), *names], check=True, capture_output=True,
                          text=True).stdout


def never_read(listing):
    """(class, field as a rule says it) of every field that is written and never read."""
    written, read = set(), set()
    name = ""
    for line in listing.splitlines():
        if head := CLASS.match(line):
            name = head["type"]
        elif use := FIELD.search(line):
            of = use["of"].replace("/", ".") if use["of"] else name
            (written if use["what"] == "put" else read).add((of, member_of(use["name"], use["signature"])))
    return sorted(written - read)


def matches(pattern, name):
    """Whether a class is meant: `*` stands for a part of a name, `**` also for several."""
    parts = {"**": ".*", "*": "[^.]*"}
    return re.fullmatch("".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*?)", pattern)), name)


def forgotten(listing, rules):
    """What holds an object and is not kept."""
    fields = list(rules_that_keep(rules, {"keep", "keepclassmembers"}, HARMLESS_TO_FIELDS))
    for name, member in never_read(listing):
        if not any(matches(pattern, name) and members & {member, "*", "<fields>"} for pattern, members in fields):
            yield f"{name}: {member} is never read, and not kept"


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
    source, rules = (Path(path).read_text(encoding="utf-8") for path in arguments[:2])
    listing = listing_of(arguments[2])
    found = sorted({*findings(source, rules), *forgotten(listing, rules)})
    print("\n".join(found) or f"{len(set(looked_up(source)))} classes and members, "
                              f"{len(never_read(listing))} fields that only hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
