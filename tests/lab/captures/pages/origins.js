// Cookies know no ports: this one goes to the other origin as well, where a request includes credentials.
document.cookie = "session=${COOKIE}; path=/";
const put = { method: "PUT", headers: { "Content-Type": "application/json" }, body: "{}" };
await ask("${API}/cors/open");
await ask("${API}/cors/without-header");
await ask("${API}/cors/other-origin");
await ask("${API}/cors/star-with-cookies", { credentials: "include" });
await ask("${API}/cors/hidden-crash");
await ask("${API}/cors/preflighted", put);
await ask("${API}/cors/preflight-refused", put);
await ask("${API}/cors/preflight-bare", put);
await ask("${API}/cors/preflight-without-put", put);
await ask("${API}/cors/open-expired");
await ask("${CLOSED}/blocked-by-policy");
