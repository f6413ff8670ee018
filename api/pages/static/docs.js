// Swagger UI with our own document, and a plugin that folds what is rarely needed.

// The folder of this service: the page may be reached at any host, and below any path.
const root = new URL("..", import.meta.url);

// Operations with more parameters than this fold those that few requests need.
const MAX_PARAMETERS = 8;
const RARE_PARAMETERS = new Set([
  "id", "fields", "include", "facets", "cursor", "count", "exclude", "If-None-Match", "advisory", "exclude_advisory",
  "max_severity", "theme_all", "speaker_certainty", "voice", "fidelity", "language", "presence", "scope", "weight",
  "relation", "relates_to", "tz", "format",
]);

// Replaces references by what they refer to, except to what contains them. Swagger UI's own resolver parses the
// whole document for each operation, which takes a second.
function resolve(spec, node, parents = []) {
  if (Array.isArray(node)) return node.map((child) => resolve(spec, child, parents));
  if (!node || typeof node !== "object") return node;
  const reference = typeof node.$ref === "string" && node.$ref.startsWith("#/") ? node.$ref : null;
  if (reference && !parents.includes(reference)) {
    // A response to `fields`, or a complete one: the complete one is shown.
    if (reference.startsWith("#/components/schemas/Any")) return resolve(spec, at(spec, keysOf(reference)).anyOf[0], parents);
    // Swagger UI takes the names of schemas from `$$ref`.
    return resolve(spec, { ...at(spec, keysOf(reference)), ...node, $ref: undefined, $$ref: reference }, [...parents, reference]);
  }
  return Object.fromEntries(Object.entries(node).filter(([key, child]) => child !== undefined)
    .map(([key, child]) => [key, key === "examples" || key === "example" ? child : resolve(spec, child, parents)]));
}

const keysOf = (reference) =>
  reference.slice(2).split("/").map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));

const at = (spec, path) => path.reduce((node, key) => node?.[key], spec);

function plugin({ React: { createElement, useState } }) {
  // A disclosure that creates its content when it is first opened.
  function Fold({ title, children, isForcedOpen = false }) {
    const [isOpen, setOpen] = useState(false);
    const open = isOpen || isForcedOpen;
    return createElement("details", { className: "fold", open, onToggle: (event) => setOpen(event.currentTarget.open) },
      createElement("summary", null, title), open && children());
  }

  const names = (number, noun, keys) => `${number} ${noun}${number === 1 ? "" : "s"}: ${keys.join(", ")}`;

  const foldedParameters = (Original) => (props) => {
    const isRare = (parameter) =>
      props.parameters.size > MAX_PARAMETERS && !parameter.get("required") && RARE_PARAMETERS.has(parameter.get("name"));
    const rare = props.parameters.filter(isRare);
    const rest = { ...props, parameters: rare, operation: props.operation.delete("requestBody").delete("callbacks") };
    const hasError = (parameter) =>
      props.specSelectors.parameterWithMetaByIdentity(props.pathMethod, parameter)?.get("errors")?.size > 0;
    return createElement("div", null,
      createElement(Original, { ...props, parameters: props.parameters.filterNot(isRare) }),
      rare.size > 0 && createElement(Fold, {
        title: names(rare.size, "more parameter", rare.map((parameter) => parameter.get("name")).toArray()),
        isForcedOpen: rare.some(hasError),
        children: () => createElement(Original, rest),
      }));
  };

  const foldedResponses = (Original) => (props) => {
    const isSuccess = (response, code) => code.startsWith("2");
    const others = props.responses.filterNot(isSuccess);
    // The path makes the ids of elements and the keys of Swagger UI's state unique.
    const rest = { ...props, responses: others, tryItOutResponse: null, path: `${props.path} others` };
    return createElement("div", null,
      createElement(Original, { ...props, responses: props.responses.filter(isSuccess) }),
      others.size > 0 && createElement(Fold, {
        title: names(others.size, "other response", others.keySeq().toArray()),
        children: () => createElement(Original, rest),
      }));
  };

  const foldedHeaders = (Original) => (props) => props.headers?.size > 0 && createElement(Fold, {
    title: names(props.headers.size, "header", props.headers.keySeq().toArray()),
    children: () => createElement(Original, props),
  });

  const foldedLink = (Original) => (props) =>
    createElement(Fold, { title: props.name, children: () => createElement(Original, { ...props, name: "" }) });

  // Each tag by itself. From 150 operations on, Swagger UI puts only those on the screen into the page, so neither the
  // browser's search nor a link finds the others. Nothing appears for a filter without matches.
  const operationsByTag = (Original) => (props) => {
    const tags = props.specSelectors.taggedOperations();
    return tags.keySeq().toArray().map((name) => createElement(Original, {
      ...props, key: name,
      specSelectors: { ...props.specSelectors, taggedOperations: () => tags.filter((_, other) => other === name) },
    }));
  };

  // Swagger UI's own filter has no label.
  const Filter = ({ layoutSelectors, layoutActions, specSelectors }) => {
    const words = layoutSelectors.currentFilter();
    const count = specSelectors.taggedOperations().reduce((sum, tag) => sum + tag.get("operations").size, 0);
    return createElement("div", { className: "wrapper operation-filter", role: "search" },
      createElement("label", { htmlFor: "filter" }, "Filter operations"),
      createElement("input", {
        id: "filter", type: "search", value: typeof words === "string" ? words : "", placeholder: "quotes random",
        onChange: (event) => layoutActions.updateFilter(event.target.value),
      }),
      createElement("span", { role: "status" }, count === 0 ? "No operation matches." : `${count} operation${count === 1 ? "" : "s"}`));
  };

  return {
    components: { FilterContainer: Filter },
    wrapComponents: {
      parameters: foldedParameters, responses: foldedResponses, headers: foldedHeaders, operationLink: foldedLink,
      operations: operationsByTag,
    },
    fn: {
      // Every word must occur in the tag, the method, the path, the id or the summary.
      opsFilter: (tags, filter) => {
        const words = filter.toLowerCase().split(/\s+/);
        const matches = (tag) => (operation) => {
          const text = [tag, operation.get("method"), operation.get("path"),
            operation.getIn(["operation", "operationId"]), operation.getIn(["operation", "summary"])].join(" ").toLowerCase();
          return words.every((word) => text.includes(word));
        };
        return tags.map((tag, name) => tag.update("operations", (list) => list.filter(matches(name))))
          .filter((tag) => tag.get("operations").size > 0);
      },
      resolveSubtree: (spec, path) => ({ spec: resolve(spec, at(spec, path)), errors: [] }),
    },
    statePlugins: {
      spec: {
        wrapActions: {
          // The document is JSON: the YAML parser takes ten times as long.
          parseToJson: (original, { specActions }) => (text) => {
            const spec = JSON.parse(text);
            // Requests go to where the page comes from, whatever the public URL is.
            spec.servers = [{ url: root.href.replace(/\/$/, "") }];
            // Examples would be filled in, and all optional parameters together return nothing.
            for (const parameter of Object.values(spec.components.parameters)) {
              if (!parameter.required) delete parameter.example;
            }
            // What the replaced resolver did: operations inherit the parameters of their path.
            for (const { parameters = [], ...operations } of Object.values(spec.paths)) {
              for (const operation of Object.values(operations)) {
                operation.parameters = [...parameters, ...(operation.parameters ?? [])];
              }
            }
            return specActions.updateJsonSpec(spec);
          },
        },
      },
      layout: {
        wrapActions: {
          // The address contains the filter, so that it can be shared.
          updateFilter: (original) => (words) => {
            const address = new URL(location);
            words ? address.searchParams.set("filter", words) : address.searchParams.delete("filter");
            history.replaceState(null, "", address);
            return original(words);
          },
        },
      },
    },
  };
}

// validatorUrl null prevents requests to another host.
window.ui = SwaggerUIBundle({
  url: new URL("v1/openapi.json", root).href,
  dom_id: "#swagger-ui",
  plugins: [plugin],
  deepLinking: true,
  filter: new URLSearchParams(location.search).get("filter") || true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: false,
});

// Swagger UI reads the fragment only once. It adds entries to the history for an operation that it opens, so one
// that is open already is left alone: otherwise “Back” would never leave it.
addEventListener("hashchange", () => {
  const [, tag, id] = decodeURIComponent(location.hash).split("/");
  const { layoutActions, layoutSelectors } = window.ui;
  if (!id || layoutSelectors.isShown(["operations", tag, id])) return;
  if (!document.getElementById(`operations-${tag}-${id}`)) layoutActions.updateFilter("");
  layoutActions.parseDeepLinkHash(decodeURIComponent(location.hash));
});

// Swagger UI follows a class of its page, not the colour scheme.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// Swagger UI handles anchors itself but does not move the focus.
document.querySelector(".skip").addEventListener("click", () => document.getElementById("content").focus());
