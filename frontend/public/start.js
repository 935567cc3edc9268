// Brings the islands of a page to life. A page without islands loads nothing more than this file.
const islands = document.querySelectorAll("leptos-island");
if (islands.length) {
  const app = await import("./APP_JS");
  await app.default({ module_or_path: new URL("./APP_WASM", import.meta.url) });
  app.hydrate();
  for (const island of islands) {
    const wake = app[island.dataset.component];
    if (!wake) { console.error("no such island: " + island.dataset.component); continue; }
    await wake(island);
    island.dataset.alive = "";
  }
}
