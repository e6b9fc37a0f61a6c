// The five calls that an application needs, and the way to the node for everything else.
import "./buffer.js";
import { Passport } from "@0xpass/passport";
import { WebauthnSigner } from "@0xpass/webauthn-signer";

// The SDK hands errors back as values, and undefined when nobody answered.
export function resultOf(body) {
  if (body === undefined) throw new Error("the node does not answer");
  if (body.error) throw new Error(`${body.error.message} (${body.error.data})`);
  return body.result;
}

export class Wallet {
  // The enclaves' key is taken from the node that answers, which is right for a network on your own machine only. For any
  // other, put the key of a network that you have verified (docs/attestation.md) into your program.
  static async connect(node, scopeId) {
    const { enclave_public_key: enclavePublicKey } = await (await fetch(`${node}/enclave`)).json();
    const signer = new WebauthnSigner({ rpId: location.hostname, rpName: "Passport quickstart" });
    const passport = new Passport({ network: node, scopeId, signer, enclavePublicKey });
    await passport.setupEncryption();
    return new Wallet(node, passport, signer);
  }

  constructor(node, passport, signer) {
    Object.assign(this, { node, passport, signer, headers: null, username: null });
  }

  // 1. A new passkey, and a new key that the nodes make for it.
  async register(username) {
    await this.passport.register({ username, userDisplayName: username });
  }

  // 2. A session: from now on calls are made without a prompt until it ends.
  async authenticate(username) {
    const [headers, address] = await this.passport.authenticate({ username, userDisplayName: username });
    Object.assign(this, { headers, username });
    return address;
  }

  // 3. The account's address.
  async address() {
    return resultOf(await this.passport.getAddresses())[0];
  }

  // 4. A signature that any Ethereum software verifies (EIP-191). Transactions: passport.signTransaction.
  async signMessage(text) {
    const bytes = new TextEncoder().encode(text);
    const hex = `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    return resultOf(await this.passport.signMessage(hex));
  }

  // 5. Ends the session on every node. This object is of no more use then.
  async signOut() {
    await this.call("passport_revokeSession", {});
    this.headers = null;
  }

  // A method that the SDK has no name for, with the session: `passport.call` would leave its headers out.
  async call(method, params) {
    const response = await fetch(this.node, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    return resultOf(await response.json());
  }
}
