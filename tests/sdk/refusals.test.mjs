// What a client does wrong is answered by an error with its own code, and does the node no harm.
import assert from "node:assert/strict";
import { connect as dial } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { nodes, residentKib } from "./lib/devnet.mjs";
import { makeRows, prepare } from "./lib/refusals.mjs";
import { assertSigns } from "./lib/signatures.mjs";
import { call, rpc, send } from "./lib/wire.mjs";

const rowsToSend = 10_000;
const growthMaxKib = 1024;
const requestId = /^[0-9a-f]{32}$/;
const [node] = await nodes();
const made = await prepare(node);
const rows = await makeRows(made);

const nodeIsUnharmed = () => assertSigns(made.alice.passport, made.alice.address);

function assertRefused({ code, name, message }, request, { status, json }) {
  const where = `${name}: ${String(request.body).slice(0, 200)} -> ${JSON.stringify(json)}`;
  assert.equal(status, 200, where);
  assert.equal(json.jsonrpc, "2.0", where);
  assert.ok(!("result" in json), where);
  assert.equal(json.error?.code, code, where);
  assert.equal(json.error.message, message, where);
  assert.equal(json.error.details.code_name, name, where);
  assert.equal(typeof json.error.data, "string", where);
  assert.ok(json.error.data === name || json.error.data.startsWith(`${name}: `), where);
  if (json.error.details.request_id !== undefined) assert.match(json.error.details.request_id, requestId, where);
  assert.equal(json.id, "id" in request ? request.id : 7, where);
}

test("no two rows share a code, a name or a message", () => {
  for (const key of ["code", "name", "message"]) {
    assert.equal(new Set(rows.map((row) => row[key])).size, rows.length, key);
  }
});

describe("refused, and the next request is served", { timeout: 120_000 }, () => {
  for (const row of rows) {
    test(`${row.name} (${row.code}), ${row.requests.length} ways`, async () => {
      for (const request of row.requests) {
        assertRefused(row, request, await call(node, request));
        await nodeIsUnharmed();
      }
    });
  }
});

test("texts that published clients look for are in the data as well", async () => {
  const dataOf = async (name) => {
    const { json } = await call(node, rows.find((row) => row.name === name).requests[0]);
    return json.error.data;
  };
  assert.ok((await dataOf("duplicate_registration")).includes("Duplicate registration"));
  assert.ok((await dataOf("unknown_user")).includes("Account credential lookup yielded no results"));
});

describe("the HTTP layer", { timeout: 60_000 }, () => {
  const expect = async (status, request) => {
    assert.equal((await send(node, request)).status, status);
    await nodeIsUnharmed();
  };
  test("a body above 128 KiB: 413", () => expect(413, { headers: made.valid, body: "x".repeat(131_073) }));
  test("a body of 1 MiB: 413", () => expect(413, { headers: made.valid, body: "x".repeat(1 << 20) }));
  test("a body of 8 MiB: 413, or the connection is closed before it is all sent", async () => {
    const request = { headers: made.valid, body: "x".repeat(8 << 20) };
    const outcome = await send(node, request).then((answer) => answer.status, (error) => error.code);
    assert.ok([413, "EPIPE", "ECONNRESET"].includes(outcome), outcome);
    await nodeIsUnharmed();
  });
  test("the largest body is read", async () => {
    const body = rpc("personal_sign", ["0x00"]);
    const { json } = await call(node, { headers: made.valid, body: body + " ".repeat(131_072 - body.length) });
    assert.match(json.result, /^0x[0-9a-f]{130}$/);
  });
  test("headers above 24 KiB: 431", () => expect(431, { headers: { "X-Other": "x".repeat(30_000) } }));
  test("another method: 405", () => expect(405, { method: "PUT", body: "{}" }));
  test("an unknown path to read: 404", () => expect(404, { method: "GET", path: "/secret" }));
  test("a header twice: refused", async () => {
    const headers = { ...made.valid, "X-Scope-Id": [made.alice.scopeId, made.updates.scopeId] };
    const { json } = await call(node, { headers, body: rpc("personal_sign", ["0x00"]) });
    assert.equal(json.error.details.code_name, "invalid_request");
    await nodeIsUnharmed();
  });
  test("bytes that are not HTTP, and connections that end early", async () => {
    const { hostname, port } = new URL(node.url);
    for (const text of ["\x16\x03\x01\x02\x00\x01", "GET", "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{", "\0\0\0\0\r\n\r\n"]) {
      await new Promise((resolve) => {
        const socket = dial(Number(port), hostname);
        socket.on("error", () => {}).on("close", resolve).resume();
        socket.end(text);
      });
      await nodeIsUnharmed();
    }
  });
});

// Sends each row's first request in turn, eight at a time, and something valid after each round. A row that meets the rate
// limit is sent again when the node says.
async function sendRows(count) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const row = rows[next % rows.length];
      if (next++ % rows.length === 0) await nodeIsUnharmed();
      const [request] = row.requests;
      let answer = await call(node, request);
      while (answer.json.error?.details.code_name === "busy") {
        await pause(answer.json.error.details.retry_after_ms);
        answer = await call(node, request);
      }
      assertRefused(row, request, answer);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

test(`${rowsToSend} rows leave the memory of enclave and host as it was`, { timeout: 600_000 }, async (context) => {
  const { enclave, host } = node.pids;
  const resident = () => ({ enclave: residentKib(enclave), host: residentKib(host) });
  const fresh = resident();
  await sendRows(rowsToSend / 10); // pools, caches and buffers fill up
  const start = resident();
  const started = performance.now();
  await sendRows(rowsToSend);
  const end = resident();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const kib = [fresh, start, end].map((each) => `enclave ${each.enclave} host ${each.host}`).join(", ");
  context.diagnostic(`${rowsToSend} rows in ${seconds} s; KiB at first, warm and after: ${kib}`);
  for (const which of ["enclave", "host"]) {
    assert.ok(end[which] - start[which] < growthMaxKib, `${which} grew from ${start[which]} to ${end[which]} KiB`);
  }
  await nodeIsUnharmed();
});
