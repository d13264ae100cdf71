if (!navigator.serviceWorker.controller) {
  await navigator.serviceWorker.register("/worker.js", { scope: "/" });
  await navigator.serviceWorker.ready;
  await new Promise((resolve) => {
    if (navigator.serviceWorker.controller) resolve();
    navigator.serviceWorker.addEventListener("controllerchange", resolve);
  });
}
await ask("/worker/made-up");
await ask("/worker/through");
await ask("/worker/crash");
await ask("/worker/broken");
