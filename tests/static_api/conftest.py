"""Responses of an app's paths, as a crawler sees them."""

from types import SimpleNamespace

import pytest


@pytest.fixture
def fetch(client):
    """A function that returns the response of the app over the pack at a path."""
    return fetch_with(client)


def fetch_with(client):
    def fetch(path):
        response = client.get(path)
        return SimpleNamespace(
            status=response.status_code, content_type=response.content_type, body=response.get_data()
        )

    return fetch
