// What the home page asks first, sent before anything else of the page is there.
// No module, for those wait for each other; call() of api.mjs takes the answers.
globalThis.early = new Map(["/v1/me",
  "/v1/alerts?by=clock&limit=30", "/v1/procedure?brief=yes",
  "/v1/clocks?mine=true&limit=30"]
  .map((path) => [path, fetch(path, { cache: "no-store",
    credentials: "same-origin", signal: AbortSignal.timeout(20000) })]));
// Whoever takes one is told that it failed.
globalThis.early.forEach((answer) => answer.catch(() => {}));
