// A scope made by the page itself, to be able to begin. An application's scope is made once, by its developer, whose key
// stays with him: `passport scope create` or passport-scope-cli.
import { Passport } from "@0xpass/passport";
import { resultOf } from "./wallet.js";

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

// An integer of 32 bytes as DER: no zeros in front, but one if the first bit is set.
function integer(bytes) {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = [...bytes.slice(start)];
  if (digits[0] >= 0x80) digits.unshift(0);
  return [0x02, digits.length, ...digits];
}

// WebCrypto gives r and s side by side; on the wire they are DER.
function toDer(signature) {
  const bytes = new Uint8Array(signature);
  const body = [...integer(bytes.slice(0, 32)), ...integer(bytes.slice(32))];
  return [0x30, body.length, ...body];
}

// Returns the scope's id. Its key is forgotten, so nobody can change the scope afterwards.
export async function createScope(node) {
  const rp = { id: location.hostname, origin: location.origin, name: "Passport quickstart" };
  const config = base64(new TextEncoder().encode(JSON.stringify({ rp })));
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const owner = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
  const digest = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(digest, owner.privateKey, new TextEncoder().encode(config));
  const { enclave_public_key: enclavePublicKey } = await (await fetch(`${node}/enclave`)).json();
  const passport = new Passport({ network: node, enclavePublicKey, signer: {} });
  await passport.setupEncryption();
  const body = await passport.createScope({
    config,
    signature: base64(toDer(signature)),
    public_key: base64(await crypto.subtle.exportKey("spki", owner.publicKey)),
  });
  return resultOf(body).scope_id;
}
