// Bound requests (docs/scopes.md), made with the published SDK: it signs whatever user it was given.
import { createHash, randomBytes } from "node:crypto";

// The member `bind` of a user: for this one request.
export function bindFor({ networkId, scopeId }, method, params, change = {}) {
  return {
    network_id: networkId,
    scope_id: scopeId,
    method,
    params_sha256: createHash("sha256").update(JSON.stringify(params)).digest("hex"),
    nonce: randomBytes(16).toString("hex"),
    issued_at: Date.now(),
    ...change,
  };
}

// The network's id, as a client would pin it.
export async function networkIdOf(node) {
  const claims = await (await fetch(new URL("/enclave", node.url))).json();
  return claims.network.network_id;
}
