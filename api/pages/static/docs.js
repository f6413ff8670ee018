// Swagger UI over our own document; validatorUrl null keeps it from asking another host.
const answer = await fetch("/v1/openapi.json");
const spec = await answer.json();
// Swagger UI does not follow references among the parameters of a path, and would leave those out.
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

// Swagger UI is dark where its page says so.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// Swagger UI scrolls to anchors by itself and leaves the focus behind.
document.querySelector(".skip").addEventListener("click", () => document.getElementById("content").focus());
