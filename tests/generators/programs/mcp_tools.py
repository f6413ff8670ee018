"""A program that imports the document into FastMCP and calls tools that read, complete and with ``fields``.

Tools that need an API key are not called. FastMCP's client raises an error if a response is not what the output schema of its tool describes.
"""

import asyncio
import json
import sys
from pathlib import Path

import httpx2
from fastmcp import Client, FastMCP
from fastmcp.exceptions import ToolError

DOCUMENT = json.loads(Path(sys.argv[1]).read_bytes())
PARAMETERS = DOCUMENT["components"]["parameters"]


async def pin_of(service, path, arguments):
    """Return the pin of the newest revision of the item in a path such as ``/v1/…/revisions/{revision}``."""
    revisions = path.partition("/{revision}")[0].format(**arguments)
    return (await service.get(revisions, params={"limit": 1})).json()["data"][0]["pin"]


def calls(parameters, required):
    """Yield the arguments of calls of a tool: the required ones and, if it has ``fields``, those too."""
    yield required
    for parameter in parameters:
        if parameter["name"] == "fields":
            yield required | {"fields": parameter["example"]}


async def main():
    async with httpx2.AsyncClient(base_url=sys.argv[2]) as service:
        server = FastMCP.from_openapi(DOCUMENT, client=service)
        async with Client(server) as client:
            tools = {tool.name: tool for tool in await client.list_tools()}
            results = {"tools": sorted(tools), "complete": [], "sparse": [], "errors": []}
            for path, item in DOCUMENT["paths"].items():
                operation = item.get("get")
                if operation is None or operation.get("security"):
                    continue
                references = item.get("parameters", []) + operation["parameters"]
                parameters = [PARAMETERS[each["$ref"].rsplit("/", 1)[1]] for each in references]
                required = {each["name"]: each["example"] for each in parameters if each.get("required")}
                if "revision" in required:
                    required |= dict.fromkeys(
                        {"revision", "other"} & required.keys(), await pin_of(service, path, required)
                    )
                for arguments in calls(parameters, required):
                    name = operation["operationId"]
                    try:
                        await client.call_tool(name, arguments)
                    except (RuntimeError, ToolError) as error:
                        results["errors"].append([name, arguments, str(error)[:300]])
                    results["sparse" if "fields" in arguments else "complete"].append(name)
    print(json.dumps(results))


asyncio.run(main())
