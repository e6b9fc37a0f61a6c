// The quickstart page, used as a person does: buttons and what it shows.
import assert from "node:assert/strict";

export class Quickstart {
  constructor(tab) {
    Object.assign(this, tab);
  }

  // Presses a button and waits for what the page says then.
  async press(name, within = this.page) {
    await this.page.evaluate(() => (document.getElementById("log").textContent = ""));
    await within.getByRole("button", { name, exact: true }).click();
    await this.page.waitForFunction(() => document.getElementById("log").textContent !== "");
    return this.page.locator("#log").textContent();
  }
  async done(name, within) {
    const said = await this.press(name, within);
    assert.match(said, /: done in \d+ ms$/, `${said}; ${this.problems.join("; ")}`);
  }
  async refused(name, why, within) {
    assert.match(await this.press(name, within), why);
  }
  async called(username) {
    await this.page.locator("#username").fill(username);
  }
  text(id) {
    return this.page.locator(`#${id}`).textContent();
  }
  async sign(message) {
    await this.page.locator("#message").fill(message);
    await this.done("Sign it");
    return this.text("signature");
  }
  rows(list) {
    return this.page.locator(`#${list} li`);
  }
  async scope() {
    await this.done("Create a scope for this page");
    return this.text("scope");
  }
}
