// Several passkeys for one account: this network's own methods, which the SDK has no names for.
import { resultOf } from "./wallet.js";

const base64 = {
  encode: (bytes) => btoa(String.fromCharCode(...bytes)),
  decode: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
};
const base64url = {
  encode: (bytes) => base64.encode(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  decode: (text) => base64.decode(text.replaceAll("-", "+").replaceAll("_", "/")),
};
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

// The request that `begun` carries, for an answer that says what it is for: over the challenge and `what`.
async function requestFor(envelope, begun, what) {
  const request = await envelope.open(begun.encrypted_request_challenge);
  const challenge = base64url.decode(request.publicKey.challenge);
  request.publicKey.challenge = base64url.encode(await sha256(join(challenge, what)));
  return request;
}

// What the SDK does with everything that is for the enclaves: AES-256-GCM, the 12 bytes of the nonce first.
class Envelope {
  constructor(key) {
    this.key = key;
  }
  static async of(passport) {
    return new Envelope(await crypto.subtle.importKey("raw", passport.aesKey, "AES-GCM", false, ["encrypt", "decrypt"]));
  }
  async seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    return base64.encode(join(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, text))));
  }
  async open(text) {
    const bytes = base64.decode(text);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, this.key, bytes.slice(12));
    return JSON.parse(new TextDecoder().decode(plain));
  }
}

export const list = (wallet) => wallet.call("passport_listCredentials", {});
export const listSessions = (wallet) => wallet.call("passport_listSessions", {});
export const revokeSession = (wallet, session) => wallet.call("passport_revokeSession", { session });

// Two prompts: the new passkey is made, then one that the account has signs for exactly this new one.
export async function add({ passport, signer, username }) {
  const envelope = await Envelope.of(passport);
  const encrypted_user = await envelope.seal({ username });
  const begun = resultOf(await passport.call("passport_initiateAddCredential", { encrypted_user }));

  const attestation = (await signer.create(await envelope.open(begun.encrypted_creation_challenge))).toJSON();
  const made = await sha256(base64url.decode(attestation.response.attestationObject));
  const assertion = await signer.sign(await requestFor(envelope, begun, made));

  return resultOf(
    await passport.call("passport_completeAddCredential", {
      challenge_id: begun.challenge_id,
      encrypted_attestation: await envelope.seal(attestation),
      encrypted_assertion: await envelope.seal(assertion),
      encrypted_user,
    }),
  );
}

// One prompt: any passkey of the account may remove any other, and signs which; the last one stays.
export async function remove({ passport, signer, username }, credential_hash) {
  const envelope = await Envelope.of(passport);
  const encrypted_user = await envelope.seal({ username });
  const begun = resultOf(await passport.call("passport_initiateRemoveCredential", { encrypted_user, credential_hash }));
  const name = Uint8Array.from(credential_hash.slice(2).match(/../g), (byte) => parseInt(byte, 16));
  const assertion = await signer.sign(await requestFor(envelope, begun, name));
  return resultOf(
    await passport.call("passport_completeRemoveCredential", {
      challenge_id: begun.challenge_id,
      encrypted_assertion: await envelope.seal(assertion),
      encrypted_user,
    }),
  );
}
