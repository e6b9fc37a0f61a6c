// Requests below the SDK: any headers, any bytes.
import { createCipheriv, randomBytes } from "node:crypto";
import http from "node:http";

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

// Sends one request and gives {status, text}. A connection that the node had closed while idle is opened again once.
export function send(node, { method = "POST", path = "/", headers = {}, body = "" }) {
  const attempt = () =>
    new Promise((resolve, reject) => {
      const length = { "Content-Length": Buffer.byteLength(body) };
      const request = http.request(new URL(path, node.url), { method, agent, headers: { ...headers, ...length } });
      request.on("response", (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
        response.on("error", reject);
      });
      request.on("error", (error) => {
        error.reused = request.reusedSocket;
        reject(error);
      });
      request.end(body);
    });
  return attempt().catch((error) => (error.reused && error.code === "ECONNRESET" ? attempt() : Promise.reject(error)));
}

// A client call: application/json with these X- headers. Gives {status, json}.
export async function call(node, { headers, body }) {
  const answer = await send(node, { headers: { "Content-Type": "application/json", ...headers }, body });
  return { status: answer.status, json: JSON.parse(answer.text) };
}

export const rpc = (method, params, rest = {}) => JSON.stringify({ jsonrpc: "2.0", id: 7, method, params, ...rest });

// What the SDK's aesEncrypt makes, for texts that the SDK would not send.
export function seal(passport, text) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(passport.aesKey), nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("base64");
}
