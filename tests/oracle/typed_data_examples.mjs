// Payloads that everybody knows: the EIP's own example, and those of widely used contracts.
const kMailTypes = {
  Person: [{ name: "name", type: "string" }, { name: "wallet", type: "address" }],
  Mail: [{ name: "from", type: "Person" }, { name: "to", type: "Person" }, { name: "contents", type: "string" }],
};
const kDomainType = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];
const kMailDomain = {
  name: "Ether Mail", version: "1", chainId: 1, verifyingContract: "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
};
const kMail = {
  from: { name: "Cow", wallet: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
  to: { name: "Bob", wallet: "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
  contents: "Hello, Bob!",
};

const kGroupTypes = {
  EIP712Domain: kDomainType,
  Person: [{ name: "name", type: "string" }, { name: "wallets", type: "address[]" }],
  Mail: [{ name: "from", type: "Person" }, { name: "to", type: "Person[]" }, { name: "contents", type: "string" }],
};
const kGroupMail = {
  from: {
    name: "Cow",
    wallets: ["0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xDeaDbeefdEAdbeefdEadbEEFdeadbeEFdEaDbeeF"],
  },
  to: [{
    name: "Bob",
    wallets: [
      "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB", "0xB0BdaBea57B0BDABeA57b0bdABEA57b0BDabEa57",
      "0xB0B0b0b0b0b0B000000000000000000000000000",
    ],
  }],
  contents: "Hello, Bob!",
};

const kPermit = {
  types: {
    EIP712Domain: kDomainType,
    Permit: [
      { name: "owner", type: "address" }, { name: "spender", type: "address" }, { name: "value", type: "uint256" },
      { name: "nonce", type: "uint256" }, { name: "deadline", type: "uint256" },
    ],
  },
  primaryType: "Permit",
  domain: {
    name: "USD Coin", version: "2", chainId: 1, verifyingContract: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
  },
  message: {
    owner: "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", spender: "0x000000000022D473030F116dDEE9F6B43aC78BA3",
    value: "115792089237316195423570985008687907853269984665640564039457584007913129639935", nonce: 0,
    deadline: 1893456000,
  },
};

const kPermit2Batch = {
  types: {
    EIP712Domain: kDomainType.filter(({ name }) => name !== "version"),
    PermitDetails: [
      { name: "token", type: "address" }, { name: "amount", type: "uint160" }, { name: "expiration", type: "uint48" },
      { name: "nonce", type: "uint48" },
    ],
    PermitBatch: [
      { name: "details", type: "PermitDetails[]" }, { name: "spender", type: "address" },
      { name: "sigDeadline", type: "uint256" },
    ],
  },
  primaryType: "PermitBatch",
  domain: { name: "Permit2", chainId: 1, verifyingContract: "0x000000000022D473030F116dDEE9F6B43aC78BA3" },
  message: {
    details: [
      {
        token: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        amount: "1461501637330902918203684832716283019655932542975", expiration: "281474976710655", nonce: 0,
      },
      { token: "0xdAC17F958D2ee523a2206206994597C13D831ec7", amount: "0xf4240", expiration: 1893456000, nonce: 7 },
    ],
    spender: "0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af", sigDeadline: "1893456000",
  },
};

const kSafeTx = {
  types: {
    EIP712Domain: kDomainType.slice(2),
    SafeTx: [
      { name: "to", type: "address" }, { name: "value", type: "uint256" }, { name: "data", type: "bytes" },
      { name: "operation", type: "uint8" }, { name: "safeTxGas", type: "uint256" }, { name: "baseGas", type: "uint256" },
      { name: "gasPrice", type: "uint256" }, { name: "gasToken", type: "address" },
      { name: "refundReceiver", type: "address" }, { name: "nonce", type: "uint256" },
    ],
  },
  primaryType: "SafeTx",
  domain: { chainId: 100, verifyingContract: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" },
  message: {
    to: "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", value: "1000000000000000000", data: "0xa9059cbb", operation: 0,
    safeTxGas: 0, baseGas: 0, gasPrice: 0, gasToken: "0x0000000000000000000000000000000000000000",
    refundReceiver: "0x0000000000000000000000000000000000000000", nonce: 42,
  },
};

// A struct name with a colon, as one large exchange uses it; no identifier by the EIP, hashed alike by both oracles.
const kColonName = {
  types: {
    EIP712Domain: kDomainType,
    "HyperliquidTransaction:UsdSend": [
      { name: "hyperliquidChain", type: "string" }, { name: "destination", type: "string" },
      { name: "amount", type: "string" }, { name: "time", type: "uint64" },
    ],
  },
  primaryType: "HyperliquidTransaction:UsdSend",
  domain: {
    name: "HyperliquidSignTransaction", version: "1", chainId: 42161,
    verifyingContract: "0x0000000000000000000000000000000000000000",
  },
  message: {
    hyperliquidChain: "Mainnet", destination: "0x0d1d9635d0640821d15e323ac8adadfa9c111414", amount: "1",
    time: 1716531066415,
  },
};

const kTree = {
  types: {
    EIP712Domain: [],
    Node: [{ name: "label", type: "string" }, { name: "children", type: "Node[]" }],
  },
  primaryType: "Node",
  domain: {},
  message: {
    label: "root",
    children: [{ label: "left", children: [] }, { label: "right", children: [{ label: "leaf", children: [] }] }],
  },
};

export const kExamples = [
  {
    name: "EIP-712 Mail",
    payload: {
      types: { EIP712Domain: kDomainType, ...kMailTypes }, primaryType: "Mail", domain: kMailDomain, message: kMail,
    },
  },
  {
    name: "EIP-712 Mail without a domain type",
    payload: { types: kMailTypes, primaryType: "Mail", domain: kMailDomain, message: kMail },
  },
  {
    name: "Mail with arrays, as in eth-sig-util's tests",
    payload: { types: kGroupTypes, primaryType: "Mail", domain: kMailDomain, message: kGroupMail },
  },
  { name: "ERC-2612 permit", payload: kPermit },
  { name: "Permit2 batch", payload: kPermit2Batch },
  { name: "Safe transaction", payload: kSafeTx },
  { name: "struct name with a colon", payload: kColonName },
  { name: "struct with an array of itself", payload: kTree },
  {
    name: "the domain alone",
    payload: { types: { EIP712Domain: kDomainType }, primaryType: "EIP712Domain", domain: kMailDomain },
  },
  {
    name: "domain fields in another order and of other types",
    payload: {
      types: {
        EIP712Domain: [{ name: "verifyingContract", type: "string" }, { name: "salt", type: "string" }, { name: "name", type: "string" }],
        Note: [{ name: "text", type: "string" }],
      },
      primaryType: "Note",
      domain: { name: "Cosmos Web3", verifyingContract: "cosmos", salt: "0" },
      message: { text: "hi" },
    },
  },
];
