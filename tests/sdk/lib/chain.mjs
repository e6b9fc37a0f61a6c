// An Ethereum node of this test alone: anvil (Foundry), as its npm package ships it, on loopback at a port that is free.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createPublicClient, createTestClient, http, publicActions } from "viem";
import { foundry } from "viem/chains";

const anvil = join(dirname(createRequire(import.meta.url).resolve("@foundry-rs/anvil-linux-amd64/package.json")), "bin/anvil");
// Prague is the last set of rules in which one proof goes with a blob, not one with each of its 128 cells.
const options = ["--host", "127.0.0.1", "--port", "0", "--hardfork", "prague", "--accounts", "1", "--threads", "2"];

// Starts it; gives {url, transport, reader, admin, stop}. `stop` returns when it is gone.
export async function startChain() {
  const home = mkdtempSync(join(tmpdir(), "passport-anvil-"));
  const child = spawn(anvil, options, { env: { HOME: home }, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  // If the tests end without `stop`, it ends with them.
  const abandon = () => child.kill("SIGKILL");
  process.once("exit", abandon);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    process.off("exit", abandon);
    rmSync(home, { recursive: true, force: true });
  };
  const url = await listening(child);
  // It needs seconds of a processor to load what it checks blobs with: minutes on a machine that is busy with better things.
  const transport = http(url, { retryCount: 0, timeout: 170_000 });
  const settings = { chain: foundry, transport, pollingInterval: 10 };
  return {
    url,
    transport,
    reader: createPublicClient(settings),
    admin: createTestClient({ ...settings, mode: "anvil" }).extend(publicActions),
    stop,
  };
}

function listening(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}: ${said}`)));
    child.stdout.on("data", (part) => {
      said += part;
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address) resolve(`http://${address}`);
    });
  });
}
