// Starts the explorer with the configuration that its page carries; its editors work in threads of their own.
// GraphiQL keeps queries, variables and headers in the browser: ID numbers and a token may be among them, so all of it
// goes where it ends with the tab.

const ASSETS = new URL("assets/", import.meta.url);
const WORKERS = { json: "jsonWorker.js", graphql: "graphqlWorker.js" };

Object.defineProperty(globalThis, "localStorage", { value: sessionStorage });

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(WORKERS[label] ?? "editorWorker.js", ASSETS), { type: "module" }),
};

const configuration = JSON.parse(document.getElementById("configuration").textContent);
const headers = JSON.parse(configuration.initialHeaders || "{}");
const ask = globalThis.fetch;

// The schema is asked for before the headers of the first tab are read: what the page was given goes along from the start.
globalThis.fetch = (resource, options = {}) => ask(resource, { ...options, headers: { ...headers, ...options.headers } });

const { React, createRoot, Ruru } = await import(new URL("ruru.js", ASSETS));

createRoot(document.getElementById("ruru-root")).render(
  React.createElement(Ruru, { ...configuration, staticPath: ASSETS.pathname }),
);
