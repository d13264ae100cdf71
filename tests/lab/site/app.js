"use strict";
const API = "https://api.harbor.example";
const IDENTITY = "https://id.harbor.example";
let settings = { hosts: {}, remember: 0 };
const element = (id) => document.getElementById(id);
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");

async function token(form) {
  const response = await fetch(`${IDENTITY}/oauth/token`, {
    method: "POST", credentials: "include", body: new URLSearchParams(form),
  });
  if (!response.ok) throw new Error(`login: ${response.status}`);
  const answer = await response.json();
  sessionStorage.setItem("access", answer.access_token);
  sessionStorage.setItem("refresh", answer.refresh_token);
}

async function configure() {
  settings = { ...settings, ...await (await fetch("/config.json", { cache: "no-store" })).json() };
  for (let number = 0; number < 8; number += 1) {
    const attributes = `domain=harbor.example; path=/; secure; max-age=${number < settings.remember ? 3600 : 0}`;
    document.cookie = `recent_${number}=${"HB-40402.".repeat(300)}; ${attributes}`;
  }
}

function send(method, path, body) {
  const headers = {
    authorization: `Bearer ${sessionStorage.getItem("access")}`,
    traceparent: `00-${hex(16)}-${hex(8)}-01`,
  };
  if (body) headers["content-type"] = "application/json";
  const host = settings.hosts[path.split("/")[2]];
  return fetch((host ? `https://${host}` : API) + path, { method, headers, credentials: "include", body: body && JSON.stringify(body) });
}

async function call(method, path, body) {
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

const actions = {
  bookings: () => call("GET", "/v2/bookings"),
  booking: () => call("GET", "/v2/bookings/HB-40402"),
  tracking: () => call("GET", "/v2/tracking/HRBU4071230"),
  invoice: () => call("GET", "/v2/invoices/88213"),
  report: () => call("GET", "/v2/reports/volume"),
  quote: () => call("POST", "/v2/quotes", { origin: "NLRTM", destination: element("destination").value, containers: 2 }),
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
