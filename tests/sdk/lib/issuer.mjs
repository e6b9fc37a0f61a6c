// An OpenID Connect provider as far as a backend looks at one: its discovery document, its keys and its ID tokens.
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

export async function startIssuer() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const another = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const answers = {
    "/.well-known/openid-configuration": () => ({ issuer: url, jwks_uri: `${url}/keys` }),
    "/keys": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] }),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" }).end(JSON.stringify(answer?.() ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;

  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = (claims, key) => {
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({ alg: "RS256", kid: "1", typ: "JWT" })}.${part({ iss: url, iat: now, exp: now + 600, ...claims })}`;
    return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
  };
  return {
    url,
    token: (claims) => signed(claims, privateKey),
    forged: (claims) => signed(claims, another), // by a key that the issuer does not have
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}
