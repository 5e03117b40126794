"""Checks every answer of the suites against handlers/openapi.json."""
import functools
import json
import pathlib
import re

from jsonschema import Draft202012Validator, RefResolver

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent \
    / "handlers/openapi.json"
seen = set()  # (method, path of the document, status)


@functools.cache
def document():
    return json.loads(DOCUMENT.read_text())


@functools.cache
def paths():
    """Patterns with the document's own path, the most exact first."""
    found = []
    for path in document()["paths"]:
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        found.append((path.count("{"), re.compile(pattern + r"\Z"), path))
    return [(p, q) for _, p, q in sorted(found, key=lambda f: f[0])]


def find(path):
    path = path.split("?")[0]
    for pattern, name in paths():
        if pattern.match(path):
            return name
    return None


def resolve(node):
    while "$ref" in node:
        part = document()
        for key in node["$ref"].removeprefix("#/").split("/"):
            part = part[key.replace("~1", "/").replace("~0", "~")]
        node = part
    return node


def errors(schema, value):
    check = Draft202012Validator(schema, resolver=RefResolver("", document()))
    return [f"{list(e.absolute_path)}: {e.message[:300]}"
            for e in check.iter_errors(value)]


def headers_missing(response, answer):
    return [name for name, h in response.get("headers", {}).items()
            if resolve(h).get("required") and name.lower()
            not in answer.headers]


def expected(method, path, answer):
    """The document's response object, or why there is none."""
    name = find(path)
    if name is None:
        assert answer.status in (400, 404, 414), \
            f"{path} is not in openapi.json, answered {answer}"
        return None, "any"
    row = document()["paths"][name]
    call = row.get("get" if method == "HEAD" else method.lower())
    if call is None:
        assert answer.status in (400, 405, 501), \
            f"{method} {path} is not in openapi.json, answered {answer}"
        return None, name
    response = call["responses"].get(str(answer.status)) \
        or call["responses"].get(f"{answer.status // 100}XX")
    assert response, f"{method} {name} may not answer {answer}"
    return resolve(response), name


def check(method, path, answer):
    """Assert that the answer is one the document allows."""
    response, name = expected(method, path, answer)
    seen.add((method, name, answer.status))
    kind = answer.headers.get("content-type", "").split(";")[0]
    own = response is not None and \
        kind in [k.split(";")[0] for k in response.get("content", {})]
    if answer.status >= 400 and method != "HEAD" and not own:
        assert kind == "application/problem+json", \
            f"{method} {path}: {kind} {answer}"
        wrong = errors({"$ref": "#/components/schemas/Problem"}, answer.json)
        assert not wrong, (wrong, answer)
    if response is None:
        assert kind == "application/problem+json" or method == "HEAD", answer
        return
    content = {k.split(";")[0]: v
               for k, v in response.get("content", {}).items()}
    assert (kind in content) or (not kind and not content) or \
        (method == "HEAD" and not answer.raw), \
        f"{method} {path} {answer.status}: {kind} is not in openapi.json"
    missing = headers_missing(response, answer)
    assert not missing, (method, path, answer.status, missing)
    if answer.json is not None and method != "HEAD":
        wrong = errors(content[kind]["schema"], answer.json)
        assert not wrong, (method, path, wrong, answer)
