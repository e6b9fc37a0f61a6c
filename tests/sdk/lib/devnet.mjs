// The devnet that `run` started: where its nodes are, which processes they are, killing and starting them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const passport = process.env.PASSPORT_CLI;
const folder = process.env.PASSPORT_DEVNET_DIR;
if (!passport || !folder) throw new Error("start these tests with tests/sdk/run");

async function command(...words) {
  const { stdout } = await promisify(execFile)(passport, ["devnet", ...words, "--dir", folder, "--json"]);
  return JSON.parse(stdout);
}

// The nodes as they are now: [{party, url, status, enclave_public_key, pids}], sorted by party.
export async function nodes() {
  return (await command("status")).nodes;
}

// Starts what is not running and returns when every node is ready.
export async function up() {
  return (await command("up")).nodes;
}

const isAlive = (pid) => {
  try {
    // A killed process whose parent has not looked yet is a zombie; it holds no port and no memory.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

// SIGKILL for the launcher, the enclave and the host of each node, and waits until all are gone.
export async function kill(...victims) {
  const pids = victims.flatMap((node) => [node.pids.launcher, node.pids.enclave, node.pids.host]);
  for (const pid of pids) signal(pid, "SIGKILL");
  while (pids.some(isAlive)) await pause(10);
}

// Stops and continues the enclave and the host of a node: it is connected but says nothing.
export const freeze = (node) => [node.pids.host, node.pids.enclave].forEach((pid) => signal(pid, "SIGSTOP"));
export const thaw = (node) => [node.pids.host, node.pids.enclave].forEach((pid) => signal(pid, "SIGCONT"));

function signal(pid, name) {
  if (!(pid > 1)) throw new Error(`no process to send ${name} to`);
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // the launcher's death may already have ended it
  }
}

// Resident memory in KiB.
export function residentKib(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
}
