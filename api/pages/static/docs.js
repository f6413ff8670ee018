// Swagger UI with our own document; validatorUrl null prevents requests to another host.
const response = await fetch(new URL("../v1/openapi.json", import.meta.url));
const spec = await response.json();
// Requests go to the host of this page, which may differ from the public one, and which its policy allows.
spec.servers[0].url = new URL("..", import.meta.url).href.slice(0, -1);
// Swagger UI does not resolve references in path parameters and would omit them.
for (const path of Object.values(spec.paths)) {
  path.parameters = path.parameters?.map(({ $ref, ...own }) => $ref ? spec.components.parameters[$ref.split("/").pop()] : own);
}
window.ui = SwaggerUIBundle({
  spec,
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: false,
});

// Swagger UI follows a class of its page, not the colour scheme.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// Swagger UI handles anchors itself but does not move the focus.
document.querySelector(".skip").addEventListener("click", () => document.getElementById("content").focus());
