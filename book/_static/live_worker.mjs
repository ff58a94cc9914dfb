// Python for the live cells of a page: Pyodide with NumPy, and this book's own poolkit.

const PYODIDE = "https://cdn.jsdelivr.net/pyodide/v0.29.5/";
const POOLKIT = new URL("poolkit.zip", import.meta.url);
let python;

self.addEventListener("message", async ({ data: { fresh, sources } }) => {
  try {
    python ??= await load();
  } catch (error) {
    console.warn(error);
    return postMessage({ failure: error.reader ?? `Python could not be started: ${error.message}` });
  }
  try {
    if (fresh) python.clear();
    for (const { name, code } of sources) {
      postMessage({ step: name === sources.at(-1).name ? "Running …" : `Running ${name}, above …` });
      const result = python.run(name, code);
      const [failed, outputs] = result.toJs();
      result.destroy();
      postMessage({ failed, outputs });
      if (failed) return;
    }
  } catch (error) {
    postMessage({ failure: `Python broke down: ${error.message.split("\n")[0]}.` });
  }
});

async function load() {
  postMessage({ step: "Loading Python, about 10 MB, once …" });
  const archive = fetch(POOLKIT).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)));
  const poolkit = archive.catch(() => unreachable("This site's own poolkit.zip"));
  poolkit.catch(() => {}); // it is awaited below, after Pyodide
  const host = () => unreachable(`Python could not be loaded: ${new URL(PYODIDE).host}`);
  const from = async (indexURL) => ({ ...(await import(`${indexURL}pyodide.mjs`)), indexURL });
  // In pyc/ is what full/ holds, with Python's and NumPy's modules compiled: ready in half the time.
  const { loadPyodide, indexURL } = await from(`${PYODIDE}pyc/`).catch(() => from(`${PYODIDE}full/`)).catch(host);
  const pyodide = await loadPyodide({ indexURL, packages: ["numpy"] }).catch(host);
  if (!pyodide.loadedPackages.numpy) host(); // it does not throw when a package cannot be fetched
  postMessage({ step: "Starting Python …" });
  pyodide.unpackArchive(await poolkit, "zip");
  return pyodide.pyimport("run_cell");
}

function unreachable(what) {
  throw Object.assign(new Error(what), { reader: `${what} did not answer. You may be offline, or the address may be blocked.` });
}
