await ask("/api/new");
await ask("${MEDIA}/mixed/data");
const script = document.createElement("script");
script.src = "${MEDIA}/mixed/script.js";
const loaded = opened(script, "load", "error");
document.head.append(script);
await loaded;
