"""What the API says about itself is true, complete and public."""

from __future__ import annotations

import ast

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from baseplus.kernel.refusals import Refusal
from baseplus.kernel.routes import CommandRoute
from infra.http.catalogue import catalogue, codes_in
from infra.http.examples import example_of
from infra.http.own import BULK, FEED
from infra.http.problems import STATUSES
from infra.http.schemas import load
from infra.wiring import ROUTES
from tests.http.serving import NORTH, SOUTH, Api, refused

COMMANDS = [route for route in ROUTES if isinstance(route, CommandRoute)]


@pytest.fixture
def api(shared_api: Api) -> Api:
    return shared_api


def test_the_document_is_valid_openapi(api: Api) -> None:
    document = api.client.get("/openapi.json").get_json()
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_document_has_every_route_with_who_may_and_what_it_says(api: Api) -> None:
    document = api.client.get("/openapi.json").get_json()
    for route in (*ROUTES, FEED, BULK):
        method = "post" if isinstance(route, CommandRoute) or route is BULK else "get"
        operation = document["paths"][f"/v1/{{tenant}}{route.path}"][method]
        assert (operation["operationId"], operation["summary"]) == (route.action, route.summary)
        assert [may["role"] for may in operation["x-may"]] == [grant.role for grant in route.may]
        described = [parameter for parameter in operation["parameters"] if not parameter.get("description")]
        assert [parameter["name"] for parameter in described if parameter["name"] not in ("limit", "cursor")] == []


@pytest.mark.parametrize("route", COMMANDS, ids=[route.action for route in COMMANDS])
def test_the_example_of_a_command_can_be_sent(api: Api, route: CommandRoute) -> None:
    document = api.client.get("/openapi.json").get_json()
    body = document["paths"][f"/v1/{{tenant}}{route.path}"]["post"]["requestBody"]["content"]["application/json"]
    load(route.command, example_of(route.command))
    schema = {**body["schema"], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(body["example"])


def test_the_example_of_many_commands_can_be_sent(api: Api) -> None:
    document = api.client.get("/openapi.json").get_json()
    body = document["paths"]["/v1/{tenant}/bulk"]["post"]["requestBody"]["content"]["application/json"]
    schema = {**body["schema"], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(body["example"])


def test_a_new_thing_leads_to_what_can_be_done_with_it(api: Api) -> None:
    document = api.client.get("/openapi.json").get_json()
    links = document["paths"]["/v1/{tenant}/agreements"]["post"]["responses"]["201"]["links"]
    assert links["sign"]["operationId"] == "agreements.sign"
    assert links["show"]["parameters"]["path.agreement"] == "$response.body#/id"


def test_each_code_is_explained_where_its_type_leads(api: Api) -> None:
    codes = api.client.get("/problems").get_json()
    assert len(codes) > 80
    for code in codes:
        assert code["meaning"], code
        assert code["mend"] or code["status"] in (409, 422), code
        assert api.client.get(f"/problems/{code['code']}").get_json() == code
    refused(api.client.get("/problems/nonsense"), 404, "not_found")


def test_a_code_that_is_put_together_would_be_missed_and_is_refused() -> None:
    tree = ast.parse('_SAID = {1: "one", 2: "two"}')
    for said, codes in {'"a"': ["a"], "_SAID[x]": ["one", "two"]}.items():
        assert [*codes_in(ast.parse(said, mode="eval").body, tree)] == codes
    with pytest.raises(TypeError, match="written nowhere"):
        list(codes_in(ast.parse('"no_such_" + x', mode="eval").body, tree))


def test_what_the_rules_refuse_is_listed_with_its_capability_and_facts() -> None:
    assert catalogue()["clause_exists"].facts == ("clause",)
    assert catalogue()["wrong_state"].capabilities == ("agreements", "apprenticeships", "logbook", "projects")


def test_every_refusal_of_the_kernel_has_a_status() -> None:
    """What is not in the table is answered 500: of the kernel, that is only what no request can cause."""
    ours = {"UnknownEventType", "UnreadableEvent"}
    for kind in _below(Refusal):
        if kind.__module__.startswith("baseplus.kernel") and kind.__name__ not in ours:
            assert any(parent in STATUSES for parent in kind.__mro__), kind


def _below(kind: type[Refusal]) -> list[type[Refusal]]:
    return [one for child in kind.__subclasses__() for one in (child, *_below(child))]


def test_one_knows_where_to_begin_without_a_key(api: Api) -> None:
    begin = api.client.get("/v1").get_json()
    for path in ("openapi", "problems", "ready"):
        assert api.client.get(begin[path]).status_code == 200


def test_a_process_that_can_work_says_what_it_found(api: Api) -> None:
    assert api.client.get("/healthz").get_json() == {"alive": True}
    with api.projecting():
        assert all(api.parts.reader.wait(tenant, api.position(tenant), patience=240) for tenant in (NORTH, SOUTH))
        ready = api.client.get("/readyz").get_json()
    assert ready["ready"] is True
    assert {check["what"]: check["state"] for check in ready["checks"]} == {
        "schema": "ok",
        "database": "ok",
        "projection": "ok",
    }


def test_what_is_asked_every_few_seconds_does_not_fill_the_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "infra.http.around")
    for path in ("/healthz", "/readyz", "/metrics", "/v1"):
        api.client.get(path)
    told = [(vars(one)["route"], one.levelname) for one in caplog.records if one.message == "request"]
    assert told == [("/healthz", "DEBUG"), ("/readyz", "DEBUG"), ("/metrics", "DEBUG"), ("/v1", "INFO")]


def test_requests_are_counted_by_route_and_never_by_address(api: Api) -> None:
    api.get("north/agreements/secret-thing", api.key())
    api.client.get("/v1/north/nothing")
    counted = api.client.get("/metrics").text
    assert (
        'baseplus_http_requests_total{method="GET",route="/v1/{tenant}/agreements/{agreement}",status="404"}' in counted
    )
    assert "secret-thing" not in counted
    assert "nothing" not in counted
