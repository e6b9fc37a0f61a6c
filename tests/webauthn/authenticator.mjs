// A software authenticator that can be told to do each thing wrong: parts of a ceremony as values that a test changes
// before they are encoded and signed.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
export const b64u = (bytes) => Buffer.from(bytes).toString('base64url');

// CBOR (RFC 8949) of numbers, byte strings (Buffer), texts, arrays, Maps, booleans, null; `Raw` is taken as it is.
export class Raw {
  constructor(bytes) { this.bytes = Buffer.from(bytes); }
}
function head(major, value) {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value]);
  if (value < 0x10000) return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
  const out = Buffer.alloc(5);
  out[0] = (major << 5) | 26;
  out.writeUInt32BE(value, 1);
  return out;
}
export function cbor(value) {
  if (value instanceof Raw) return value.bytes;
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  if (value instanceof Map) {
    return Buffer.concat([head(5, value.size), ...[...value].flatMap(([k, v]) => [cbor(k), cbor(v)])]);
  }
  return Buffer.from([value === null ? 0xf6 : value ? 0xf5 : 0xf4]);
}

export function makeKey(kind) {
  const { publicKey, privateKey } = kind === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const part = (name) => Buffer.from(jwk[name], 'base64url');
  const cose = kind === 'ES256'
    ? new Map([[1, 2], [3, -7], [-1, 1], [-2, part('x')], [-3, part('y')]])
    : new Map([[1, 3], [3, -257], [-1, part('n')], [-2, part('e')]]);
  return { kind, cose, sign: (message) => createSign('sha256').update(message).sign(privateKey) };
}

export const flagBits = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 };

export function authData(data) {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(data.counter);
  const parts = [data.rpIdHash, Buffer.from([data.flags]), counter];
  if (data.credential) {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(data.credential.idSize ?? data.credential.id.length);
    parts.push(data.credential.aaguid, size, data.credential.id, cbor(data.credential.cose));
  }
  if (data.extensions) parts.push(cbor(data.extensions));
  if (data.trailing) parts.push(data.trailing);
  return Buffer.concat(parts);
}
