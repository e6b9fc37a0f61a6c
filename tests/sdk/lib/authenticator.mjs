// What @0xpass/webauthn-signer needs of a browser, and an authenticator that says yes: ES256, attestation "none". Chromium's own
// is used by tests/browser; this one costs no browser, so it is for flows that differ in the SDK alone.
import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
// CBOR: a byte string of 24 to 65,535 bytes, and what stands before texts and maps that are shorter than 24.
const cborBytes = (bytes) => Buffer.concat([bytes.length < 256 ? Buffer.from([0x58, bytes.length]) : Buffer.from([0x59, bytes.length >> 8, bytes.length & 255]), bytes]);
const cborText = (text) => Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);

// Flags of authenticator data (WebAuthn, section 6.1).
const userPresentAndVerified = 0x05;
const withCredential = 0x40;

export class Authenticator {
  #keys = new Map(); // by id in hex: {privateKey, count}

  constructor(origin) {
    this.origin = origin;
  }

  // From now on it is the browser's.
  install() {
    globalThis.window ??= globalThis;
    globalThis.PublicKeyCredential ??= class {};
    const credentials = { create: (options) => this.#create(options.publicKey), get: (options) => this.#get(options.publicKey) };
    Object.defineProperty(globalThis, "navigator", { value: { credentials }, configurable: true });
  }

  #create({ rp, challenge, pubKeyCredParams }) {
    assert.ok(pubKeyCredParams.some(({ alg }) => alg === -7), "ES256 is not asked for");
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const id = randomBytes(32);
    this.#keys.set(id.toString("hex"), { privateKey, count: 0 });
    const { x, y } = publicKey.export({ format: "jwk" });
    const [cborX, cborY] = [x, y].map((part) => cborBytes(Buffer.from(part, "base64url")));
    const cose = Buffer.concat([Buffer.from("a5010203262001" + "21", "hex"), cborX, Buffer.from("22", "hex"), cborY]);
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
    const data = Buffer.concat([this.#data(rp.id, userPresentAndVerified | withCredential, 0), credential]);
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]), cborText("fmt"), cborText("none"), cborText("attStmt"), Buffer.from([0xa0]), cborText("authData"), cborBytes(data),
    ]);
    return this.#credential(id, { clientDataJSON: this.#clientData("webauthn.create", challenge), attestationObject, getTransports: () => ["internal"] });
  }

  #get({ rpId, challenge, allowCredentials }) {
    const known = allowCredentials.map(({ id }) => Buffer.from(id)).find((id) => this.#keys.has(id.toString("hex")));
    if (!known) throw new Error("NotAllowedError: none of these passkeys is mine");
    const key = this.#keys.get(known.toString("hex"));
    const authenticatorData = this.#data(rpId, userPresentAndVerified, ++key.count);
    const clientDataJSON = this.#clientData("webauthn.get", challenge);
    const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(clientDataJSON)]), key.privateKey);
    return this.#credential(known, { clientDataJSON, authenticatorData, signature, userHandle: null });
  }

  #data(rpId, flags, count) {
    const end = Buffer.alloc(5);
    end.writeUInt8(flags, 0);
    end.writeUInt32BE(count, 1);
    return Buffer.concat([sha256(rpId), end]);
  }
  #clientData(type, challenge) {
    return Buffer.from(JSON.stringify({ type, challenge: base64url(challenge), origin: this.origin, crossOrigin: false }));
  }
  #credential(id, response) {
    return { type: "public-key", id: base64url(id), rawId: id, authenticatorAttachment: "platform", response, getClientExtensionResults: () => ({}) };
  }
}
