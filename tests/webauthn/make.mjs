// Makes vectors.json: registrations and assertions, good ones and ones that are wrong in one place, with the verdict of
// @simplewebauthn/server. Run by hand when cases are added: npm ci && node make.mjs > ../unit/webauthn/vectors.json
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { Raw, authData, b64u, cbor, flagBits, makeKey, sha256 } from './authenticator.mjs';

const rpId = 'wallet.example';
const origin = 'https://wallet.example';
const challenge = sha256('the challenge of every ceremony here');
const id = Buffer.from(sha256('a credential')).subarray(0, 20);
const { UP, UV, BE, BS, AT, ED } = flagBits;

const clientData = (type) => ({ type, challenge: b64u(challenge), origin, crossOrigin: false });

// A registration in parts; `changes` are made before each stage of encoding.
function registration(key, format, change) {
  const p = {
    client: clientData('webauthn.create'),
    data: { rpIdHash: sha256(rpId), flags: UP | UV | AT, counter: 0,
            credential: { aaguid: Buffer.alloc(16), id, cose: new Map(key.cose) } },
    statement: new Map(), format, outer: {},
  };
  change.parts?.(p);
  let clientJson = Buffer.from(JSON.stringify(p.client));
  clientJson = change.clientJson?.(clientJson) ?? clientJson;
  let data = authData(p.data);
  data = change.authData?.(data) ?? data;
  if (format === 'packed') {
    p.statement = new Map([['alg', key.cose.get(3)], ['sig', key.sign(Buffer.concat([data, sha256(clientJson)]))]]);
  }
  const object = new Map([['fmt', p.format], ['attStmt', p.statement], ['authData', data]]);
  change.object?.(object);
  let attestation = cbor(object);
  attestation = change.attestation?.(attestation) ?? attestation;
  const response = {
    id: b64u(id), rawId: b64u(id), type: 'public-key',
    response: { clientDataJSON: b64u(clientJson), attestationObject: b64u(attestation), transports: ['internal'] },
    clientExtensionResults: {}, authenticatorAttachment: 'platform',
  };
  change.response?.(response);
  return response;
}

function assertion(key, change) {
  const p = { client: clientData('webauthn.get'), data: { rpIdHash: sha256(rpId), flags: UP | UV, counter: 7 } };
  change.parts?.(p);
  let clientJson = Buffer.from(JSON.stringify(p.client));
  clientJson = change.clientJson?.(clientJson) ?? clientJson;
  let data = authData(p.data);
  data = change.authData?.(data) ?? data;
  let signature = key.sign(Buffer.concat([data, sha256(clientJson)]));
  signature = change.signature?.(signature) ?? signature;
  const response = {
    id: b64u(id), rawId: b64u(id), type: 'public-key',
    response: { clientDataJSON: b64u(clientJson), authenticatorData: b64u(data), signature: b64u(signature), userHandle: null },
    clientExtensionResults: {}, authenticatorAttachment: 'platform',
  };
  change.response?.(response);
  return response;
}

// Changes that both ceremonies can have: [name, change].
const bit = (at, mask = 1) => (bytes) => { const out = Buffer.from(bytes); out[at < 0 ? out.length + at : at] ^= mask; return out; };
const clientChanges = [
  ...['webauthn.create', 'webauthn.get', 'payment.get', '', 'WEBAUTHN.CREATE'].map((type) => [`client type ${type || 'empty'}`, (p) => { p.client.type = type; }]),
  ['client challenge of another ceremony', (p) => { p.client.challenge = b64u(sha256('another')); }],
  ['client challenge shorter', (p) => { p.client.challenge = b64u(challenge.subarray(0, 31)); }],
  ['client challenge longer', (p) => { p.client.challenge = b64u(Buffer.concat([challenge, Buffer.alloc(1)])); }],
  ['client challenge empty', (p) => { p.client.challenge = ''; }],
  ['client challenge in base64 with padding', (p) => { p.client.challenge = challenge.toString('base64'); }],
  ...['http://wallet.example', 'https://wallet.example:443', 'https://evil.example', 'https://wallet.example.evil.example',
      'https://wallet.example/', 'HTTPS://wallet.example', 'null', ''].map((o) => [`client origin ${o || 'empty'}`, (p) => { p.client.origin = o; }]),
  ['client crossOrigin true', (p) => { p.client.crossOrigin = true; }],
  ['client crossOrigin text', (p) => { p.client.crossOrigin = 'false'; }],
  ['client crossOrigin absent', (p) => { delete p.client.crossOrigin; }],
  ...['type', 'challenge', 'origin'].map((m) => [`client without ${m}`, (p) => { delete p.client[m]; }]),
  ...['type', 'challenge', 'origin'].map((m) => [`client ${m} a number`, (p) => { p.client[m] = 7; }]),
  ['client unknown members', (p) => { p.client.other = { deep: [1, 2] }; p.client.tokenBinding = { status: 'supported' }; }],
].map(([name, parts]) => [name, { parts }]);
const clientJsonChanges = [
  ['client not JSON', () => Buffer.from('{"type":')],
  ['client a list', () => Buffer.from('[]')],
  ['client empty', () => Buffer.alloc(0)],
  ['client with a trailing byte', (b) => Buffer.concat([b, Buffer.from('x')])],
  ['client with trailing space', (b) => Buffer.concat([b, Buffer.from(' \n')])],
  ['client with a byte order mark', (b) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), b])],
  ['client with origin twice', (b) => Buffer.from(b.toString().replace('"crossOrigin"', '"origin":"https://wallet.example","crossOrigin"'))],
  ['client with bad UTF-8', (b) => Buffer.concat([b.subarray(0, b.length - 1), Buffer.from(',"x":"'), Buffer.from([0xff]), Buffer.from('"}')])],
  ['client of 5000 bytes', (b) => Buffer.from(b.toString().replace('}', `,"x":"${'y'.repeat(5000)}"}`))],
].map(([name, clientJson]) => [name, { clientJson }]);
const dataChanges = [
  ...[0, 15, 31].map((at) => [`rpIdHash byte ${at}`, (p) => { p.data.rpIdHash = bit(at)(p.data.rpIdHash); }]),
  ['rpIdHash of a subdomain', (p) => { p.data.rpIdHash = sha256('a.wallet.example'); }],
  ['rpIdHash of the suffix', (p) => { p.data.rpIdHash = sha256('example'); }],
  ['flag UP off', (p) => { p.data.flags &= ~UP; }],
  ['flag UV off', (p) => { p.data.flags &= ~UV; }],
  ['flags UP and UV off', (p) => { p.data.flags &= ~(UP | UV); }],
  ['flag reserved 2 on', (p) => { p.data.flags |= 0x02; }],
  ['flag reserved 32 on', (p) => { p.data.flags |= 0x20; }],
  ['flag BS without BE', (p) => { p.data.flags |= BS; }],
  ['flag ED without extensions', (p) => { p.data.flags |= ED; }],
  ['extensions', (p) => { p.data.flags |= ED; p.data.extensions = new Map([['credProtect', 2]]); }],
  ['extensions of many kinds', (p) => { p.data.flags |= ED; p.data.extensions = new Map([['hmac-secret', true], ['uvm', [[2, 4, 2]]], ['x', Buffer.alloc(9)]]); }],
  ['extensions empty', (p) => { p.data.flags |= ED; p.data.extensions = new Map(); }],
  ['extensions without the flag', (p) => { p.data.extensions = new Map([['credProtect', 2]]); }],
  ['extensions a list', (p) => { p.data.flags |= ED; p.data.extensions = [1]; }],
  ['extensions cut off', (p) => { p.data.flags |= ED; p.data.extensions = new Raw([0xa1, 0x61]); }],
  ['trailing byte', (p) => { p.data.trailing = Buffer.alloc(1); }],
  ['counter highest', (p) => { p.data.counter = 0xffffffff; }],
].map(([name, parts]) => [name, { parts }]);
const responseChanges = [
  ['id of another credential', (r) => { r.id = r.rawId = b64u(sha256('other').subarray(0, 20)); }],
  ['rawId is not id', (r) => { r.rawId = b64u(sha256('other')); }],
  ['id with padding', (r) => { r.id += '='; }],
  ['id empty', (r) => { r.id = r.rawId = ''; }],
  ['without id', (r) => { delete r.id; }],
  ['without rawId', (r) => { delete r.rawId; }],
  ['without type', (r) => { delete r.type; }],
  ['type of something else', (r) => { r.type = 'password'; }],
  ['without response', (r) => { delete r.response; }],
  ['response a text', (r) => { r.response = 'x'; }],
  ['without clientDataJSON', (r) => { delete r.response.clientDataJSON; }],
  ['clientDataJSON a number', (r) => { r.response.clientDataJSON = 1; }],
  ['clientDataJSON in base64', (r) => { r.response.clientDataJSON = Buffer.from(r.response.clientDataJSON, 'base64url').toString('base64'); }],
  ['unknown members', (r) => { r.extra = [1]; r.response.extra = {}; }],
  ['without attachment and extensions', (r) => { delete r.authenticatorAttachment; delete r.clientExtensionResults; }],
].map(([name, response]) => [name, { response }]);

// Of registrations only.
const cose = (name, edit) => [name, { parts: (p) => edit(p.data.credential.cose) }];
const registrationChanges = (key) => [
  ['good', {}],
  ['good synced', { parts: (p) => { p.data.flags |= BE | BS; } }],
  ['good with an AAGUID', { parts: (p) => { p.data.credential.aaguid = sha256('model').subarray(0, 16); } }],
  ['good with counter 5', { parts: (p) => { p.data.counter = 5; } }],
  ['flag AT off', { parts: (p) => { p.data.flags &= ~AT; } }],
  ['no credential', { parts: (p) => { delete p.data.credential; } }],
  ['no credential and flag AT off', { parts: (p) => { delete p.data.credential; p.data.flags &= ~AT; } }],
  ['credential id size one more', { parts: (p) => { p.data.credential.idSize = id.length + 1; } }],
  ['credential id size 0', { parts: (p) => { p.data.credential.idSize = 0; p.data.credential.id = Buffer.alloc(0); } }],
  ['credential id size 65535', { parts: (p) => { p.data.credential.idSize = 65535; } }],
  ['credential id of 1024 bytes', { parts: (p) => { p.data.credential.id = Buffer.alloc(1024, 1); }, response: (r) => { r.id = r.rawId = b64u(Buffer.alloc(1024, 1)); } }],
  ['credential id of 1023 bytes', { parts: (p) => { p.data.credential.id = Buffer.alloc(1023, 1); }, response: (r) => { r.id = r.rawId = b64u(Buffer.alloc(1023, 1)); } }],
  ...[1, 3, -1, -2, ...(key.kind === 'ES256' ? [-3] : [])].map((label) => cose(`key without ${label}`, (c) => c.delete(label))),
  ...[[1, 1], [1, 2], [1, 3], [1, 4], [3, -8], [3, -7], [3, -257], [3, -37], [3, -65535], [3, 0]].map(([label, value]) => cose(`key member ${label} is ${value}`, (c) => c.set(label, value))),
  cose('key member 2 besides', (c) => c.set(2, Buffer.from('kid'))),
  cose('key member -70001 besides', (c) => c.set(-70001, 1)),
  ...(key.kind === 'ES256' ? [
    ...[0, 2, 3, 6, 8].map((curve) => cose(`key curve ${curve}`, (c) => c.set(-1, curve))),
    cose('key x changed', (c) => c.set(-2, bit(3)(c.get(-2)))),
    cose('key y changed', (c) => c.set(-3, bit(31)(c.get(-3)))),
    cose('key x and y swapped', (c) => { const x = c.get(-2); c.set(-2, c.get(-3)); c.set(-3, x); }),
    cose('key x of 31 bytes', (c) => c.set(-2, c.get(-2).subarray(1))),
    cose('key x of 33 bytes', (c) => c.set(-2, Buffer.concat([Buffer.alloc(1), c.get(-2)]))),
    cose('key y of 0 bytes', (c) => c.set(-3, Buffer.alloc(0))),
    cose('key y a bit', (c) => c.set(-3, true)),
    cose('key x and y zero', (c) => { c.set(-2, Buffer.alloc(32)); c.set(-3, Buffer.alloc(32)); }),
    cose('key x above the field', (c) => c.set(-2, Buffer.alloc(32, 0xff))),
  ] : [
    cose('key exponent 3', (c) => c.set(-2, Buffer.from([3]))),
    cose('key exponent 1', (c) => c.set(-2, Buffer.from([1]))),
    cose('key exponent 2', (c) => c.set(-2, Buffer.from([2]))),
    cose('key exponent with leading zero', (c) => c.set(-2, Buffer.from([0, 1, 0, 1]))),
    cose('key modulus even', (c) => c.set(-1, bit(-1)(c.get(-1)))),
    cose('key modulus of 128 bytes', (c) => c.set(-1, c.get(-1).subarray(0, 128))),
    cose('key modulus of 513 bytes', (c) => c.set(-1, Buffer.concat([c.get(-1), c.get(-1), Buffer.from([1])]))),
    cose('key modulus with leading zero', (c) => c.set(-1, Buffer.concat([Buffer.alloc(1), c.get(-1)]))),
    cose('key modulus empty', (c) => c.set(-1, Buffer.alloc(0))),
  ]),
  ['key kty twice', { parts: (p) => { const c = cbor(p.data.credential.cose); p.data.credential.cose = new Raw(Buffer.concat([Buffer.from([c[0] + 1, 0x01, key.kind === 'ES256' ? 2 : 3]), c.subarray(1)])); } }],
  ['key kty in two bytes', { parts: (p) => { const c = cbor(p.data.credential.cose); p.data.credential.cose = new Raw(Buffer.concat([c.subarray(0, 2), Buffer.from([0x18, c[2]]), c.subarray(3)])); } }],
  ['key of indefinite length', { parts: (p) => { const c = cbor(p.data.credential.cose); p.data.credential.cose = new Raw(Buffer.concat([Buffer.from([0xbf]), c.subarray(1), Buffer.from([0xff])])); } }],
  ['key cut off', { parts: (p) => { p.data.credential.cose = new Raw(cbor(p.data.credential.cose).subarray(0, -1)); } }],
  ['key no map', { parts: (p) => { p.data.credential.cose = [1, 2]; } }],
  ...['packed', 'none', 'fido-u2f', 'tpm', 'android-key', 'apple', 'unknown', '', 'None'].map((f) => [`format said to be ${f || 'empty'}`, { object: (o) => { o.set('fmt', f); } }]),
  ['format a number', { object: (o) => { o.set('fmt', 1); } }],
  ...['fmt', 'attStmt', 'authData'].map((m) => [`object without ${m}`, { object: (o) => { o.delete(m); } }]),
  ['object with one more member', { object: (o) => { o.set('ver', '1'); } }],
  ['object with authData first', { object: (o) => { const d = o.get('authData'), s = o.get('attStmt'), f = o.get('fmt'); o.clear(); o.set('authData', d); o.set('attStmt', s); o.set('fmt', f); } }],
  ['statement a list', { object: (o) => { o.set('attStmt', []); } }],
  ['statement null', { object: (o) => { o.set('attStmt', null); } }],
  ['statement with an unknown member', { object: (o) => { o.get('attStmt').set('x', 1); } }],
  ['authData a text', { object: (o) => { o.set('authData', 'x'); } }],
  ['authData empty', { object: (o) => { o.set('authData', Buffer.alloc(0)); } }],
  ['authData of 36 bytes', { object: (o) => { o.set('authData', o.get('authData').subarray(0, 36)); } }],
  ['authData of 37 bytes', { object: (o) => { o.set('authData', o.get('authData').subarray(0, 37)); } }],
  ['object with a trailing byte', { attestation: (b) => Buffer.concat([b, Buffer.alloc(1)]) }],
  ['object cut off', { attestation: (b) => b.subarray(0, -1) }],
  ['object of indefinite length', { attestation: (b) => Buffer.concat([Buffer.from([0xbf]), b.subarray(1), Buffer.from([0xff])]) }],
  ['object empty', { attestation: () => Buffer.alloc(0) }],
  ['object a tag', { attestation: (b) => Buffer.concat([Buffer.from([0xc1]), b]) }],
  ['without attestationObject', { response: (r) => { delete r.response.attestationObject; } }],
  ['attestationObject with padding', { response: (r) => { r.response.attestationObject += '=='; } }],
];
const packedChanges = [
  ['packed alg of another key', { object: (o) => { o.get('attStmt').set('alg', -37); } }],
  ['packed without alg', { object: (o) => { o.get('attStmt').delete('alg'); } }],
  ['packed without sig', { object: (o) => { o.get('attStmt').delete('sig'); } }],
  ['packed sig changed', { object: (o) => { o.get('attStmt').set('sig', bit(-1)(o.get('attStmt').get('sig'))); } }],
  ['packed sig empty', { object: (o) => { o.get('attStmt').set('sig', Buffer.alloc(0)); } }],
  ['packed sig cut off', { object: (o) => { o.get('attStmt').set('sig', o.get('attStmt').get('sig').subarray(0, -1)); } }],
  ['packed sig a text', { object: (o) => { o.get('attStmt').set('sig', 'x'); } }],
  ['packed x5c empty', { object: (o) => { o.get('attStmt').set('x5c', []); } }],
  ['packed x5c of one byte', { object: (o) => { o.get('attStmt').set('x5c', [Buffer.alloc(1)]); } }],
  ['packed authData changed after signing', { object: (o) => { o.set('authData', bit(36)(o.get('authData'))); } }],
];
// Of assertions only. The stored counter is 5.
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
function integers(der) {
  const r = der.subarray(4, 4 + der[3]);
  return [r, der.subarray(6 + der[3])];
}
const integer = (bytes) => Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
const sequence = (r, s) => { const body = Buffer.concat([integer(r), integer(s)]); return Buffer.concat([Buffer.from([0x30, body.length]), body]); };
const negated = (s) => {
  const value = (BigInt(`0x${order.toString('hex')}`) - BigInt(`0x${s.toString('hex')}`)).toString(16).padStart(64, '0');
  const out = Buffer.from(value, 'hex');
  return out[0] & 0x80 ? Buffer.concat([Buffer.alloc(1), out]) : out;
};
const assertionChanges = (key) => [
  ['good', {}],
  ...[0, 4, 5, 6, 8].map((counter) => [`counter ${counter}`, { parts: (p) => { p.data.counter = counter; } }]),
  ['flag BE on', { parts: (p) => { p.data.flags |= BE; } }],
  ['flags BE and BS on', { parts: (p) => { p.data.flags |= BE | BS; } }],
  ['flag AT on without a credential', { parts: (p) => { p.data.flags |= AT; } }],
  ['a credential in it', { parts: (p) => { p.data.flags |= AT; p.data.credential = { aaguid: Buffer.alloc(16), id, cose: key.cose }; } }],
  ['authenticatorData of 36 bytes', { authData: (d) => d.subarray(0, 36) }],
  ['authenticatorData empty', { authData: () => Buffer.alloc(0) }],
  ...[0, 5, 20, -1].map((at) => [`signature byte ${at}`, { signature: bit(at) }]),
  ['signature empty', { signature: () => Buffer.alloc(0) }],
  ['signature cut off', { signature: (s) => s.subarray(0, -1) }],
  ['signature with a trailing byte', { signature: (s) => Buffer.concat([s, Buffer.alloc(1)]) }],
  ['signature of another message', { signature: () => key.sign(Buffer.from('another')) }],
  ...(key.kind === 'ES256' ? [
    ['signature with s negated', { signature: (d) => { const [r, s] = integers(d); return sequence(r, negated(s)); } }],
    ['signature with r and s swapped', { signature: (d) => { const [r, s] = integers(d); return sequence(s, r); } }],
    ['signature with r 0', { signature: (d) => sequence(Buffer.alloc(1), integers(d)[1]) }],
    ['signature with s 0', { signature: (d) => sequence(integers(d)[0], Buffer.alloc(1)) }],
    ['signature with s the order', { signature: (d) => sequence(integers(d)[0], Buffer.concat([Buffer.alloc(1), order])) }],
    ['signature with a longer r', { signature: (d) => { const [r, s] = integers(d); return sequence(Buffer.concat([Buffer.alloc(2), r]), s); } }],
    ['signature without DER', { signature: (d) => { const [r, s] = integers(d); return Buffer.concat([r.subarray(-32), s.subarray(-32)]); } }],
    ['signature with a long length', { signature: (d) => Buffer.concat([Buffer.from([0x30, 0x81]), d.subarray(1)]) }],
  ] : [
    ['signature with a leading zero', { signature: (s) => Buffer.concat([Buffer.alloc(1), s]) }],
    ['signature all ones', { signature: (s) => Buffer.alloc(s.length, 0xff) }],
  ]),
  ['signature of the client data alone', { signature: () => key.sign(sha256('x')) }],
  ['authenticatorData changed after signing', { response: (r) => { r.response.authenticatorData = b64u(bit(36)(Buffer.from(r.response.authenticatorData, 'base64url'))); } }],
  ['clientDataJSON changed after signing', { response: (r) => { r.response.clientDataJSON = b64u(Buffer.concat([Buffer.from(r.response.clientDataJSON, 'base64url'), Buffer.from(' ')])); } }],
  ['userHandle given', { response: (r) => { r.response.userHandle = b64u(Buffer.alloc(16, 3)); } }],
  ['userHandle empty', { response: (r) => { r.response.userHandle = ''; } }],
  ['userHandle absent', { response: (r) => { delete r.response.userHandle; } }],
  ['userHandle a number', { response: (r) => { r.response.userHandle = 3; } }],
  ['userHandle of 65 bytes', { response: (r) => { r.response.userHandle = b64u(Buffer.alloc(65, 3)); } }],
  ['without signature', { response: (r) => { delete r.response.signature; } }],
  ['without authenticatorData', { response: (r) => { delete r.response.authenticatorData; } }],
  ['signature in base64', { response: (r) => { r.response.signature = Buffer.from(r.response.signature, 'base64url').toString('base64'); } }],
];

async function verdict(run) {
  try {
    return (await run()).verified === true;
  } catch {
    return false;
  }
}
const common = { expectedChallenge: b64u(challenge), expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: true };
const both = [...clientChanges, ...clientJsonChanges, ...dataChanges, ...responseChanges];
const out = { rp_id: rpId, origin, challenge: b64u(challenge), ceremonies: [], keys: {} };
for (const kind of ['ES256', 'RS256']) {
  const key = makeKey(kind);
  out.keys[kind] = { id: b64u(id), cose: b64u(cbor(key.cose)), sign_count: 5, backup_eligible: false };
  for (const format of ['none', 'packed']) {
    for (const [name, change] of [...registrationChanges(key), ...(format === 'packed' ? packedChanges : both)]) {
      const response = registration(key, format, change);
      const accepted = await verdict(() => verifyRegistrationResponse({ response, ...common, supportedAlgorithmIDs: [-7, -257] }));
      out.ceremonies.push({ name: `create ${kind} ${format}: ${name}`, response: JSON.stringify(response), simplewebauthn: accepted });
    }
  }
  for (const [name, change] of [...assertionChanges(key), ...both]) {
    const response = assertion(key, change);
    const credential = { id: b64u(id), publicKey: cbor(key.cose), counter: 5 };
    const accepted = await verdict(() => verifyAuthenticationResponse({ response, ...common, credential }));
    out.ceremonies.push({ name: `get ${kind}: ${name}`, response: JSON.stringify(response), simplewebauthn: accepted });
  }
}
console.log(JSON.stringify(out, null, 0).replaceAll('{"name"', '\n{"name"'));
