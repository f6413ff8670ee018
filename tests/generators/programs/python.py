"""A program that uses the Python client of openapi-generator: complete items, then some fields of items."""

import sys

import subtext

with subtext.ApiClient(subtext.Configuration(host=sys.argv[1])) as client:
    api = subtext.QuotesApi(client)
    for page in (api.list_quotes(limit=2), api.list_quotes(limit=2, fields=["text"])):
        print(type(page.actual_instance).__name__, page.actual_instance.data[0].text)
