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

  const creation = await envelope.open(begun.encrypted_creation_challenge);
  const attestation = (await signer.create(creation)).toJSON();

  const request = await envelope.open(begun.encrypted_request_challenge);
  const challenge = base64url.decode(creation.publicKey.challenge);
  const made = await sha256(base64url.decode(attestation.response.attestationObject));
  request.publicKey.challenge = base64url.encode(await sha256(join(challenge, made)));
  const assertion = await signer.sign(request);

  return resultOf(
    await passport.call("passport_completeAddCredential", {
      challenge_id: begun.challenge_id,
      encrypted_attestation: await envelope.seal(attestation),
      encrypted_assertion: await envelope.seal(assertion),
      encrypted_user,
    }),
  );
}

// One prompt: any passkey of the account may remove any other; the last one stays.
export async function remove({ passport, signer, username }, credential_hash) {
  const envelope = await Envelope.of(passport);
  const encrypted_user = await envelope.seal({ username });
  const begun = resultOf(await passport.call("passport_initiateRemoveCredential", { encrypted_user, credential_hash }));
  const assertion = await signer.sign(await envelope.open(begun.encrypted_request_challenge));
  return resultOf(
    await passport.call("passport_completeRemoveCredential", {
      challenge_id: begun.challenge_id,
      encrypted_assertion: await envelope.seal(assertion),
      encrypted_user,
    }),
  );
}
