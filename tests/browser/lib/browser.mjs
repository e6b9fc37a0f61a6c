// Debian's Chromium without a window, driven through playwright-core, and passkeys without a person.
import { chromium } from "playwright-core";

// As root Chromium has no sandbox of its own. What it opens is on this machine, and no name but localhost is looked up.
const flags = [
  ...(process.getuid() === 0 ? ["--no-sandbox"] : []),
  "--disable-dev-shm-usage",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
];

export function launch() {
  return chromium.launch({ executablePath: process.env.PASSPORT_CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

// A tab of its own profile: {page, devtools, problems}. `problems` is what the browser complains of: errors of scripts, and
// what the page's policy forbade.
export async function openTab(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await page.goto(url);
  return { page, devtools, problems };
}

const platform = { protocol: "ctap2", transport: "internal", hasUserVerification: true, isUserVerified: true };
const stick = { ...platform, transport: "usb" };

// An authenticator that says yes to everything; the second kind is one that is plugged in.
export async function addAuthenticator({ devtools }, kind = "platform") {
  const options = { ...(kind === "platform" ? platform : stick), automaticPresenceSimulation: true };
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  const touch = (enabled) => devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    touched: () => touch(true),
    ignored: () => touch(false),
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

// From now on `act` runs between the making of a passkey and whatever the page does next: the time in which a person puts
// one key down and takes another.
export async function afterPasskeyMade({ page }, act) {
  await page.exposeFunction("passkeyMade", act);
  await page.evaluate(() => {
    const { credentials } = navigator;
    const create = credentials.create.bind(credentials);
    credentials.create = async (options) => {
      const made = await create(options);
      await window.passkeyMade();
      return made;
    };
  });
}
