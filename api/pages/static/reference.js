// Scalar with our own document. Everything that contacts or promotes other services is off.
Scalar.createApiReference("#reference", {
  url: new URL("../v1/openapi.json", document.currentScript.src).href,
  theme: "default",
  telemetry: false,
  withDefaultFonts: false,
  showDeveloperTools: "never",
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  // Swagger UI is for trying out requests.
  hideTestRequestButton: true,
  hideDarkModeToggle: true,
  documentDownloadType: "direct",
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  hiddenClients: {
    c: true, clojure: true, csharp: true, dart: true, fsharp: true, go: true, http: true, java: true, kotlin: true,
    objc: true, ocaml: true, php: true, powershell: true, r: true, ruby: true, rust: true, swift: true,
    js: ["axios", "jquery", "ofetch", "xhr"], node: true, python: ["aiohttp", "httpx_async", "httpx_sync", "python3"],
    shell: ["httpie", "wget"],
  },
});
