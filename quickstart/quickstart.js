// What the buttons do. The calls themselves are in wallet.js and passkeys.js.
import { Wallet } from "./wallet.js";
import * as passkeys from "./passkeys.js";
import { createScope } from "./scope.js";

const $ = (id) => document.getElementById(id);
const parameters = new URLSearchParams(location.search);
// The node that serves this page, unless the address names another one (which must then be allowed by the page's CSP).
const node = parameters.get("node") ?? location.origin;
let scopeId = parameters.get("scope");
let wallet = null;

const username = () => $("username").value;

function show() {
  $("scope").textContent = scopeId ?? "none yet";
  $("create-scope").hidden = scopeId !== null;
  $("account-section").hidden = scopeId === null;
  $("wallet-section").hidden = !wallet?.headers;
}

function row(text, label, act) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.textContent = label;
  button.onclick = () => run(label, act);
  item.append(`${text} `, button);
  return item;
}

async function showAccount() {
  const [credentials, sessions] = await Promise.all([passkeys.list(wallet), passkeys.listSessions(wallet)]);
  const remove = ({ credential_hash }) => row(credential_hash, "Remove", async () => {
    await passkeys.remove(wallet, credential_hash);
    await showAccount();
  });
  const revoke = ({ session }) => row(session, "Revoke", async () => {
    await passkeys.revokeSession(wallet, session);
    await showAccount();
  });
  $("passkeys").replaceChildren(...credentials.map(remove));
  $("sessions").replaceChildren(...sessions.map(revoke));
}

const actions = {
  "create-scope": async () => {
    scopeId = await createScope(node);
    parameters.set("scope", scopeId);
    history.replaceState(null, "", `?${parameters}`);
  },
  register: async () => {
    await (await Wallet.connect(node, scopeId)).register(username());
  },
  authenticate: async () => {
    const entered = await Wallet.connect(node, scopeId);
    await entered.authenticate(username());
    wallet = entered;
    $("address").textContent = await wallet.address();
    await showAccount();
  },
  sign: async () => {
    $("signature").textContent = await wallet.signMessage($("message").value);
  },
  "sign-out": async () => {
    await wallet.signOut();
    wallet = null;
    $("signature").textContent = "";
  },
  "add-passkey": async () => {
    await passkeys.add(wallet);
    await showAccount();
  },
};

// Runs it and says how it went; one at a time, as a prompt of the browser shows one at a time.
async function run(name, act) {
  document.querySelectorAll("button").forEach((button) => (button.disabled = true));
  const started = performance.now();
  try {
    await act();
    $("log").className = "done";
    $("log").textContent = `${name}: done in ${Math.round(performance.now() - started)} ms`;
  } catch (error) {
    $("log").className = "failed";
    $("log").textContent = `${name}: ${error.message}`;
  } finally {
    document.querySelectorAll("button").forEach((button) => (button.disabled = false));
    show();
  }
}

for (const [id, act] of Object.entries(actions)) $(id).onclick = () => run(id, act);
show();
