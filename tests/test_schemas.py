"""What the tool writes for machines is as its schemas in ``lrnotes/schemas`` say."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

import lrnotes
from lrnotes.run.stored import Manifest, StoredResult

SCHEMAS = Path(lrnotes.__file__).parent / "schemas"

FILES = {
    "docs/index.md": "# Home\n\n[[Nowhere]]\n\n```python exec\nprint(1)\n[1, 2]\n```\n",
    "snippets/a.py": (
        "# %% a\nimport matplotlib.pyplot as plt\nimport steps\n"
        "plt.plot([steps.COUNT, 2]);\n\n"
        "# %% claim: one\nassert steps.COUNT == 1\n"
    ),
    "snippets/b.py": "# %% b\n1 / 0\n\n# %% later\n1\n",
    "snippets/steps.py": "COUNT = 1\n",
}


def read_schema(name: str) -> dict[str, object]:
    return json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))


def validate(name: str, value: object) -> None:
    jsonschema.Draft202012Validator(read_schema(name)).validate(value)


@pytest.fixture(scope="module")
def built(make_shared_site):
    """Return a built site with a figure, a claim, and a script that fails."""
    site = make_shared_site(FILES)
    assert site.build().returncode == 0
    return site


def test_the_status_is_as_its_schema_says(built):
    told = json.loads(built.command("lrnotes", "status", "--json").stdout)

    validate("status", told)
    assert {row["state"] for row in told} == {"fresh", "stale"}


def test_the_report_is_as_its_schema_says(built):
    report = json.loads((built.root / ".lrnotes/report.json").read_text("utf-8"))

    validate("report", report)
    assert len(report["scripts"]) == 3
    assert any("Nowhere" in problem for problem in report["problems"])


def test_the_graph_is_as_its_schema_says_and_as_a_script_the_same(built):
    folder = built.root / "site/assets/lrnotes"
    told = (folder / "graph.json").read_text("utf-8")

    validate("graph", json.loads(told))
    assert [node["kind"] for node in json.loads(told)["nodes"]] == [
        "note",
        "snippet",
        "snippet",
    ]
    assert (folder / "graph.js").read_text("utf-8") == f"lrnGraph={told.strip()};\n"


def test_manifests_and_results_are_as_their_schemas_say(built):
    manifests = [
        json.loads(path.read_text("utf-8"))
        for path in (built.root / ".lrnotes/keys").rglob("*.json")
    ]
    assert len(manifests) == 2
    for manifest in manifests:
        validate("manifest", manifest)
        for run in manifest["runs"]:
            digest = run["result"]
            path = built.root / ".lrnotes/contents" / digest[:2] / digest[2:]
            validate("result", json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("name", "kind"), [("manifest", Manifest), ("result", StoredResult)]
)
def test_a_schema_follows_the_type_it_describes(name, kind):
    written = read_schema(name)
    made = json.loads(json.dumps(msgspec.json.schema(kind)))

    assert {key: written[key] for key in made} == made


@pytest.mark.parametrize("name", ["status", "report", "manifest", "result", "graph"])
def test_a_schema_refuses_what_is_not_so(name):
    jsonschema.Draft202012Validator.check_schema(read_schema(name))

    with pytest.raises(jsonschema.ValidationError):
        validate(name, [{"name": 1}])
