"""“Authorize” in Swagger UI: an API key that is entered there is sent, and forgotten with the page."""

import json

import pytest
from playwright.sync_api import expect

from models.api_token import ApiToken

OPERATION = "#operations-index-getMeta"


@pytest.fixture
def docs(page):
    """Swagger UI, with an operation that needs a key; returns the requests for it."""

    def with_key(route):
        response = route.fetch()
        document = response.json()
        document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        document["paths"]["/v1/meta"]["get"]["security"] = [{"bearer": ["publish"]}]
        route.fulfill(response=response, body=json.dumps(document))

    requests = []
    page.route("**/v1/openapi.json", with_key)
    page.on("request", lambda request: requests.append(request) if request.url.endswith("/v1/meta") else None)
    page.goto("/docs#/index/getMeta")
    page.locator(OPERATION).wait_for()
    return page, requests


def execute(page):
    operation = page.locator(OPERATION)
    if operation.get_by_role("button", name="Try it out").count():
        operation.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/v1/meta"):
        operation.get_by_role("button", name="Execute").click()


def test_the_key_is_sent_until_the_page_is_left(docs):
    page, requests = docs
    execute(page)
    token = str(ApiToken.generate())
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".modal-ux")
    dialog.get_by_label("Value").fill(token)
    dialog.get_by_role("button", name="Apply credentials").click()
    expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()
    execute(page)
    sent = [request.headers.get("authorization") for request in requests]
    assert sent == [None, f"Bearer {token}"]
    assert token not in page.evaluate(
        "JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])"
    )
    page.reload()
    page.locator(OPERATION).wait_for()
    execute(page)
    assert requests[-1].headers.get("authorization") is None
