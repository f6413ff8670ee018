"""“Authorize” in Swagger UI: an API key that is entered there is sent, and forgotten with the page."""

import pytest
from playwright.sync_api import expect

from models.api_token import ApiToken

OPERATION, URL = "#operations-themes-createTheme", "**/v1/themes"


@pytest.fixture
def open_docs(page):
    """A function that opens Swagger UI at an operation that needs a key."""

    def go():
        page.goto("about:blank")
        page.goto("/docs#/themes/createTheme")
        page.locator(OPERATION).wait_for()
        return page

    return go


def execute(page):
    """Send the request, and return its ``Authorization`` header and the status of the response."""
    operation = page.locator(OPERATION)
    if operation.get_by_role("button", name="Try it out").count():
        operation.get_by_role("button", name="Try it out").click()
    with page.expect_response(URL) as response:
        operation.get_by_role("button", name="Execute").click()
    return response.value.request.headers.get("authorization"), response.value.status


def test_the_key_is_sent_until_the_page_is_left(open_docs):
    page, token = open_docs(), str(ApiToken.generate())
    assert execute(page) == (None, 401)
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".modal-ux")
    dialog.get_by_label("Value").fill(token)
    dialog.get_by_role("button", name="Apply credentials").click()
    expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()
    # No such key: what counts is that it was sent.
    assert execute(page) == (f"Bearer {token}", 401)
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])")
    assert token not in stored
    assert execute(open_docs()) == (None, 401)
