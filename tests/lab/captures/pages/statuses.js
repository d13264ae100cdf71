await ask("/api/ok");
await ask("/api/expired-token", { headers: { Authorization: "Bearer ${EXPIRED_TOKEN}" } });
await ask("/api/forbidden");
await ask("/api/missing");
await ask("/api/read-only", { method: "DELETE" });
await ask("/api/wrong-type", { method: "POST", headers: { "Content-Type": "text/plain" }, body: "SGSIN" });
await ask("/api/broken-json", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: '{\n  "from": "SGSIN"\n  "to": "DEHAM"\n}',
});
await ask("/api/limited");
await ask("/api/limited");
await ask("/api/limited");
await ask("/api/crash");
await ask("/api/bad-gateway");
await ask("/api/maintenance");
await ask("/api/gateway-timeout");
await ask("/api/slow");
