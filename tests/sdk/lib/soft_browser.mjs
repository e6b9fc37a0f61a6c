// `window` and `navigator.credentials` of a browser with a software authenticator, as far as @0xpass/webauthn-signer needs
// them: ES256, attestation none, the user present and verified.
import { randomBytes } from "node:crypto";
import { authData, b64u, cbor, flagBits, makeKey, sha256 } from "../../webauthn/authenticator.mjs";

const buffer = (bytes) => Uint8Array.from(bytes).buffer;

export class SoftBrowser {
  constructor(origin) {
    this.origin = origin;
    this.passkeys = new Map(); // by id in base64url
  }

  // Makes this browser the one that pages see.
  open() {
    globalThis.window ??= globalThis;
    globalThis.window.PublicKeyCredential ??= class {};
    // Node 20 has no navigator, later releases one that cannot be assigned to.
    Object.defineProperty(globalThis, "navigator", { value: { credentials: this }, configurable: true });
  }

  async create({ publicKey }) {
    const key = makeKey("ES256");
    const passkey = { id: randomBytes(32), key, counter: 1, rpId: publicKey.rp.id };
    this.passkeys.set(b64u(passkey.id), passkey);
    const data = authData({
      rpIdHash: sha256(passkey.rpId),
      flags: flagBits.UP | flagBits.UV | flagBits.AT,
      counter: passkey.counter,
      credential: { aaguid: Buffer.alloc(16), id: passkey.id, cose: key.cose },
    });
    const attestation = cbor(new Map([["fmt", "none"], ["attStmt", new Map()], ["authData", data]]));
    return this.credential(passkey, {
      clientDataJSON: buffer(this.clientData("webauthn.create", publicKey.challenge)),
      attestationObject: buffer(attestation),
      getTransports: () => ["internal"],
    });
  }

  async get({ publicKey }) {
    const allowed = publicKey.allowCredentials.map(({ id }) => b64u(Buffer.from(id)));
    const passkey = this.passkeys.get(allowed.find((id) => this.passkeys.has(id)));
    if (passkey === undefined) throw new Error("NotAllowedError: no passkey of these");
    passkey.counter += 1;
    const flags = flagBits.UP | flagBits.UV;
    const data = authData({ rpIdHash: sha256(publicKey.rpId), flags, counter: passkey.counter });
    const clientData = this.clientData("webauthn.get", publicKey.challenge);
    return this.credential(passkey, {
      clientDataJSON: buffer(clientData),
      authenticatorData: buffer(data),
      signature: buffer(passkey.key.sign(Buffer.concat([data, sha256(clientData)]))),
      userHandle: null,
    });
  }

  clientData(type, challenge) {
    const data = { type, challenge: b64u(Buffer.from(challenge)), origin: this.origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data));
  }

  credential(passkey, response) {
    return {
      type: "public-key",
      id: b64u(passkey.id),
      rawId: buffer(passkey.id),
      authenticatorAttachment: "platform",
      response,
      getClientExtensionResults: () => ({ credProps: { rk: false } }),
    };
  }
}
