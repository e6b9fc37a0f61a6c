// The published SDK and its passkey signer in a real browser: the quickstart page against a devnet.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { nodes } from "../sdk/lib/devnet.mjs";
import { assertSignsMessage } from "../sdk/lib/signatures.mjs";
import { rpc, call } from "../sdk/lib/wire.mjs";
import { addAuthenticator, afterPasskeyMade, launch, openTab } from "./lib/browser.mjs";
import { quickstartIn, servePages } from "./lib/other_origin.mjs";
import { Quickstart } from "./lib/quickstart.mjs";

const options = { timeout: 180_000 };
const folder = process.env.PASSPORT_QUICKSTART_FOLDER;
let node;
let browser;
let elsewhere; // where an application has its page: another origin than the node's

before(async () => {
  [[node], browser] = await Promise.all([nodes(), launch()]);
  elsewhere = await servePages(node.url);
  elsewhere.add(quickstartIn(folder));
}, options);
after(() => Promise.all([browser?.close(), elsewhere?.stop()]));

async function open(address) {
  const tab = await openTab(browser, address);
  return { tab, page: new Quickstart(tab), first: await addAuthenticator(tab) };
}

// The headers of the next call of `method` that the page makes.
const headersOf = async (page, method) =>
  (await page.waitForRequest((request) => request.method() === "POST" && request.postDataJSON().method === method)).allHeaders();

describe("the page that a node serves", { ...options, concurrency: false }, () => {
  let tab;
  let page;
  let first;
  let address;
  let session; // the headers that a signature went out with

  before(async () => ({ tab, page, first } = await open(`${node.url}/quickstart`)));

  test("a scope for its own origin", async () => {
    const scope = await page.scope();
    assert.match(scope, /^[0-9a-f-]{36}$/);
    assert.equal(new URL(page.page.url()).searchParams.get("scope"), scope, "a reload must keep it");
  });

  test("register makes one passkey, and the same name again is refused", async () => {
    await page.called("ann");
    await page.done("Register");
    assert.equal((await first.credentials()).length, 1);
    await page.refused("Register", /Duplicate registration/);
    assert.equal((await first.credentials()).length, 1, "no prompt for a name that is taken");
  });

  test("nobody's name does not sign in", async () => {
    await page.called("nobody");
    await page.refused("Sign in", /Account credential lookup yielded no results/);
  });

  test("authenticate and sign: the browser's signature is the address's", async () => {
    await page.called("ann");
    await page.done("Sign in");
    address = await page.text("address");
    const headers = headersOf(page.page, "personal_sign");
    await assertSignsMessage(Buffer.from("grüezi"), await page.sign("grüezi"), address);
    session = await headers;
    assert.equal(await page.rows("passkeys").count(), 1);
    assert.equal(await page.rows("sessions").count(), 1);
  });

  test("a second passkey, on another authenticator", async () => {
    const second = await addAuthenticator(tab, "stick");
    // One prompt is for the new authenticator, the next one for that which the account has.
    await first.ignored();
    await afterPasskeyMade(tab, () => Promise.all([second.ignored(), first.touched()]));
    await page.done("Add another passkey");
    assert.equal((await second.credentials()).length, 1);
    assert.equal(await page.rows("passkeys").count(), 2);

    await page.done("Sign out");
    await Promise.all([first.ignored(), second.touched()]);
    await page.done("Sign in");
    assert.equal(await page.text("address"), address, "one account, whichever passkey");
    await assertSignsMessage(Buffer.from("second"), await page.sign("second"), address);

    // The first passkey goes, by the word of the second.
    await page.done("Remove", page.rows("passkeys").first());
    assert.equal(await page.rows("passkeys").count(), 1);
    await page.refused("Remove", /last|credential_refused/, page.rows("passkeys").first());
    await page.done("Sign out");
    await page.done("Sign in");
  });

  test("signed out is over on every node, not only forgotten by the page", async () => {
    const body = rpc("personal_sign", ["0x00", address]);
    const { json } = await call(node, { headers: passportHeaders(session), body });
    assert.match(json.error?.details.code_name ?? "signed", /session/, JSON.stringify(json));
  });

  test("a session revoked from another tab's list ends", async () => {
    const headers = headersOf(page.page, "personal_sign");
    await page.sign("before");
    const mine = passportHeaders(await headers);
    await page.done("Revoke", page.rows("sessions").first()).catch(() => {}); // it was this page's own: the list is refused
    const { json } = await call(node, { headers: mine, body: rpc("personal_sign", ["0x00", address]) });
    assert.match(json.error?.details.code_name ?? "signed", /session/, JSON.stringify(json));
  });

  test("the browser found nothing to complain of", () => assert.deepEqual(page.problems, []));
});

// What of a browser's headers is Passport's.
const passportHeaders = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("x-")));

describe("a page of another origin", { ...options, concurrency: false }, () => {
  let page;
  const preflights = [];

  before(async () => {
    let tab;
    ({ tab, page } = await open(`${elsewhere.origin}/quickstart?node=${node.url}`));
    tab.devtools.on("Network.requestWillBeSentExtraInfo", ({ headers }) => {
      const asked = headers["Access-Control-Request-Headers"];
      if (asked) preflights.push({ asked, origin: headers.Origin });
    });
    await tab.devtools.send("Network.enable");
  });

  test("the whole flow, with a preflight that the node allows", async () => {
    await page.scope();
    await page.called("bea");
    await page.done("Register");
    await page.done("Sign in");
    await assertSignsMessage(Buffer.from("across"), await page.sign("across"), await page.text("address"));
    await page.done("Sign out");
    assert.ok(preflights.length > 0, "the browser asked for nothing");
    assert.ok(preflights.every(({ origin }) => origin === elsewhere.origin));
    assert.ok(preflights.every(({ asked }) => asked.includes("x-encrypted-key")), JSON.stringify(preflights));
    assert.deepEqual(page.problems, []);
  });

  test("a scope is for the origin that it names: the enclaves refuse any other's passkeys", async () => {
    const own = await open(`${node.url}/quickstart`);
    const scope = await own.page.scope();
    const stranger = await open(`${elsewhere.origin}/quickstart?node=${node.url}&scope=${scope}`);
    await stranger.page.called("cat");
    await stranger.page.refused("Register", /passkey_refused/);
    // Nothing was made: the name is free, and at the right place the same steps work.
    await own.page.called("cat");
    await own.page.done("Register");
    const [theirs] = await stranger.first.credentials();
    assert.ok(theirs, "the browser itself saw nothing wrong: both are localhost");
    await own.page.done("Sign in");
  });
});
