// Keys for the simulator only: making an RSA key takes longer than a whole simulated run (rules.md 9).
#pragma once

#include <string_view>

namespace passport::sim {

// PKCS#8 DER in base64, made once with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`. It
// guards nothing.
inline constexpr std::string_view kEnvelopeKeyPkcs8 =
    "MIIEowIBAAKCAQEAqqKL5zuxB4ssgzh781cWlmw9f+z0jVvol4AI5eIokZvR6nmy/FZHgLkk4xMicQfurrPLoPEN6IEIps+gbG9q"
    "+AczNzGcpjEecudhY6ZqGGSAHCf73YZHBvOpIaOzlXr6V36WWjw6U/H26d+WM1DGgxPcBJpN0Sg6pWltBxkt0ojjJUz93wEr4cV9"
    "nebuwsYUKbcK85G/VUb/X/6wK5zUljGzJgR4fN3T2bM9hH97WLoObjYKCP9yHjXzXw0CzKPGww0Ni7xdwYQki1InnhL9Bikfe/wW"
    "Ps9x/4+zAsq4635EyRkuqbYcknTXQaqUXYPM7nmmWIH8lfnXuSfoKwfFbwIDAQABAoIBABD/7LKqCCY/2VY7AS5QvAr0ca2v0vvN"
    "iLI/RHB5ENQHRoL26O9DpHZqLtPPCwL6NVW2ZLaxQIXfa35vxQQu/X5qyTfaFRWbL/UAOq9A2+URbin5jQAyHOicy3oMfLTxvl5Y"
    "WdMkZcAJpTECE4BW4pzm4TUClaodOR26de0Otx/4VYL+o95Ruk3kcD9TsaFkK9P03cs6vx/4Sz2mKFTPW0tomW6bAGnbc37gSFS4"
    "i3uoiInT4SYJ4WECNUr7vbCbGdyt87pYuegld67xBb4MeydKHbDY6spBYM6nbFlc2iljaWBQxb5mC16UIBuEKWuI2M0IhXsyg9xN"
    "aTEmV9X7IXECgYEA4uaTR/JtxhFf2jhb1/giMavBo0Zu2jKamw91oixQYZNpG1X2V74q0yphcEZccygfzTw95uROVdIgNfJFNH+z"
    "JuVuL2E0p+YzeRHUG9gX7ctyOAacJpLqFcZZoFCNkBdXMPDR+b8UYKHv4C2voBzH0Jtq9F0vo8qLYMrniQ/ADWMCgYEAwISy4sm+"
    "PGi7Z78I+TOV5PcJ3aylBZ54MnWWYuaL+oRJFeApJE2AdvzN321vWuVmadETm5BJXz8BZwaD/u/T99+ytQBO7TNW0wsdyS/Nr/Y0"
    "6cHu031PRow65UMTMZYYMgPDKnj3hAT9hyDcieZnOC1NfK9V9ajEtjDwlTOZO4UCgYBcSo9Dp38xHmYPm/b3nK1D6OnlYMO8KvMp"
    "+RrO8Rls5wnMnaWKwQYoSEfD5Eq8aGivET7YiKq4S7TgXH/7v6l+O7oauX4ygPcU2sSc4sOw7Jyz3zRqmD1wx/IyvDEol+XWOU4f"
    "OLKwL44jcFHMXYiE+IKDjNfQ1pTktQOCg46JowKBgQCUlxdW8a1yBMf4mDr91LHx6jZkMTehcaGGGLn9FcKelfGu/7fhfCwWKqNf"
    "uqCDAKIeNDA1FpV6/S9A7Id+gm8RV0ggad+BNunhtCfGO64/DQHkFjoWZBaG9f8TKsUqtZVxLPQ62Oj5rbxcyqFNklbCxjyTauUm"
    "2Z8SnA1kq1Gu3QKBgBk+HbbhuWSMM7RdfbE8Ld04BXB9Q/kfxaJgGc+eUFY/8pVqF3ewsqxW9zTo7Fd9gTJYRNHfTQUbRfNDixS2"
    "fJ4CcmrctYKVbRt7TzPCh6LH6Q8LyyzMz2pYOcoKo/zJHJ3T1fPLNgMcDx0jBY4RfUKQinshsrWrlWMRyElJdwoh";

// A developer's P-256 key, made once with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`.
// It guards nothing.
inline constexpr std::string_view kDeveloperKeyPkcs8 =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcaH+M0g1hlV53qQWCUqTd0Zw4rYaYPoZYiLcNwlY5GehRANCAASSulXP"
    "4keZ5X9RfR6uItlfZaaBzM9hRPwqCB1HCCEGSrRUXQ3y5rliOh1EWOKb+Y9IGbKoFrPqlHJMiESUbPrT";

// What that key once signed. The id of a scope is made of the signature, which is another one each time: with
// this one, recorded requests stay good.
inline constexpr std::string_view kCreateScopeBody =
    R"({"jsonrpc":"2.0","id":1,"method":"createScope","params":{"config":"eyJuYW1lIjoiZnV6eiJ9",)"
    R"("signature":"MEYCIQCd3fp7JHQ4Uwye3bsPGfoMMe+ccdTuQZmyIxcpsCNSOAIhAJPs8ktRibS0JpPEC5L0mwzRPWNmlhy6b6iD0DaYy+Ms",)"
    R"("public_key":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkrpVz+JHmeV/UX0eriLZX2WmgczPYUT8KggdRwghBkq0VF0N8ua5)"
    R"(YjodRFjim/mPSBmyqBaz6pRyTIhElGz60w=="}})";

}  // namespace passport::sim
