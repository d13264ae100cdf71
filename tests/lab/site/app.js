"use strict";
const API = "https://api.harbor.example";
const IDENTITY = "https://id.harbor.example";
// what a release may change without a new page: read again every few seconds
const STANDARD = { version: "4.1.0", hosts: {}, remember: 0 };
let settings = STANDARD;
const element = (id) => document.getElementById(id);
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

// an access token is renewed this long before it expires, in milliseconds
const EARLY = 7000;

async function token(form) {
  const response = await fetch(`${IDENTITY}/oauth/token`, {
    method: "POST", credentials: "include", body: new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(`login: ${response.status}`);
  const answer = await response.json();
  sessionStorage.setItem("access", answer.access_token);
  sessionStorage.setItem("refresh", answer.refresh_token);
  sessionStorage.setItem("expires", Date.now() + answer.expires_in * 1000);
}

function send(method, path, body) {
  const headers = {
    authorization: `Bearer ${sessionStorage.getItem("access")}`,
    traceparent: `00-${hex(16)}-${hex(8)}-01`,
  };
  if (settings.client_header) headers["x-harbor-client"] = settings.version;
  if (body) headers["content-type"] = "application/json";
  const host = settings.hosts[path.split("/")[2]];
  return fetch((host ? `https://${host}` : API) + path, { method, headers, credentials: "include", body });
}

async function call(method, path, body) {
  if (Date.now() > Number(sessionStorage.getItem("expires")) - EARLY) {
    await token({ grant_type: "refresh_token", refresh_token: sessionStorage.getItem("refresh") }).catch(() => {});
  }
  let response = await send(method, path, body);
  if (response.status === 401) {
    await token({ grant_type: "refresh_token", refresh_token: sessionStorage.getItem("refresh") });
    response = await send(method, path, body);
  }
  element("answer").textContent = `${response.status} ${await response.text()}`;
}

function show() {
  element("login").hidden = true;
  document.querySelector("nav").hidden = false;
}

function shipment() {
  const values = { origin: "NLRTM", destination: element("destination").value, containers: 2 };
  if (!settings.quote_template) return JSON.stringify(values);
  return settings.quote_template.replace(/\$(\w+)/g, (_, name) => values[name]);
}

async function quote() {
  if (settings.tariffs) await call("GET", settings.tariffs);
  await call("POST", "/v2/quotes", shipment());
}

async function configure() {
  settings = { ...STANDARD, ...await (await fetch("/config.json", { cache: "no-store" })).json() };
  for (let number = 0; number < 8; number += 1) {
    const attributes = `domain=harbor.example; path=/; secure; max-age=${number < settings.remember ? 3600 : 0}`;
    document.cookie = `recent_${number}=${"HB-40402.".repeat(300)}; ${attributes}`;
  }
}

const actions = {
  bookings: () => call("GET", "/v2/bookings"),
  booking: () => call("GET", "/v2/bookings/HB-40402"),
  tracking: () => call("GET", "/v2/tracking/HRBU4071230"),
  invoice: () => call("GET", "/v2/invoices/88213"),
  report: () => call("GET", "/v2/reports/volume"),
  quote,
};
for (const [id, action] of Object.entries(actions)) {
  element(id).addEventListener("click", () => action().catch((error) => { element("answer").textContent = String(error); }));
}
element("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  await token({ grant_type: "password", username: element("username").value, password: element("password").value });
  show();
});
configure();
setInterval(() => configure().catch(() => {}), 6000);
if (sessionStorage.getItem("access")) show();
