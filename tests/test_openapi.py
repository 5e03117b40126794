"""handlers/openapi.json: says what routes.def says, and is well made."""
import json
import pathlib
import re
import shutil
import subprocess

import pytest

import openapi_check

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
REDOCLY = HERE / "node_modules/.bin/redocly"
ROW = re.compile(r'^(ROUTE|LOOP|SLOW)\((\w+),\s*"([^"]+)",\s*(\w+),.*?(\w+)\)', re.M)


def routes():
    text = (ROOT / "handlers/routes.def").read_text()
    return [(m[2], m[3], m[4], m[5]) for m in ROW.finditer(text)]


def calls():
    for path, row in openapi_check.document()["paths"].items():
        for method, call in row.items():
            yield method.upper(), re.sub(r"\{\w+\}", "{}", path), call


def test_every_row_of_routes_is_read():
    text = (ROOT / "handlers/routes.def").read_text()
    rows = len(re.findall(r"^(?:ROUTE|LOOP|SLOW)\(", text, re.M))
    assert len(routes()) == rows > 40


def test_routes_and_document_name_the_same_calls():
    document = {(m, p) for m, p, _ in calls()}
    assert {(m, p) for m, p, _, _ in routes()} == document


def test_who_may_call_is_the_same():
    need = {"ANYONE": [], "AGENCY": ["agency_key"],
            "MEMBER": ["member_token"], "ADMIN": ["control_socket"],
            "OFFICE": ["control_socket", "member_token"],
            "WATCHER": [],
            "EITHER": ["agency_key", "create_only_link", "member_token"]}
    who = {(m, p): w for m, p, w, _ in routes()}
    for method, path, call in calls():
        named = [next(iter(s)) for s in call["security"]]
        assert named == need[who[method, path]], (method, path)


def test_operations_are_named_after_their_handlers():
    handlers = {(m, p): h for m, p, _, h in routes()}
    for method, path, call in calls():
        assert call["operationId"] == handlers[method, path]


def test_no_type_arrays():
    """Older generators of clients cannot read them."""
    def walk(node):
        if isinstance(node, dict):
            assert not isinstance(node.get("type"), list), node
            node = list(node.values())
        for child in node if isinstance(node, list) else []:
            walk(child)
    walk(openapi_check.document())


def test_admin_calls_are_tagged():
    for _, path, call in calls():
        assert ("admin" in call["tags"]) == path.startswith("/v1/admin/")


def test_every_call_answers_problems():
    for _, path, call in calls():
        assert call["responses"]["4XX"]["$ref"].endswith("/Problem"), path
        assert call["responses"]["5XX"]["$ref"].endswith("/Problem"), path


def test_problems_in_the_document_are_problems_of_the_daemon():
    codes = re.findall(r"^PROBLEM\((\w+),",
                       (ROOT / "daemon/problems.def").read_text(), re.M)
    schema = openapi_check.document()["components"]["schemas"]["Problem"]
    assert codes
    for code in codes:
        assert re.search(schema["properties"]["code"]["pattern"], code)


def test_redocly_finds_nothing(tmp_path):
    assert REDOCLY.exists(), "npm ci in tests/ is part of command 2"
    done = subprocess.run(
        [REDOCLY, "lint", "--format=json", "--config", HERE / "redocly.yaml",
         ROOT / "handlers/openapi.json"],
        capture_output=True, text=True, cwd=tmp_path,
        env={"PATH": str(pathlib.Path(shutil.which("node")).parent)
             + ":/usr/bin:/bin", "HOME": str(tmp_path),
             "REDOCLY_TELEMETRY": "off",
             "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"})
    if not done.stdout.strip():
        pytest.fail(done.stderr)
    found = json.loads(done.stdout)["problems"]
    assert not found, json.dumps(found, indent=1)[:6000]
    assert done.returncode == 0, done.stderr
