const gaveUp = new AbortController();
setTimeout(() => gaveUp.abort(), 200);
await ask("/api/slow?abort", { signal: gaveUp.signal });
await ask("/api/empty");
await ask("/api/reset");
await ask("/api/short");
await ask("${CLOSED}/refused", { mode: "no-cors" });
await ask("${UNKNOWN}/unknown", { mode: "no-cors" });
await ask("${UNTRUSTED}/untrusted", { mode: "no-cors" });
