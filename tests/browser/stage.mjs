// A simulated Microsoft and a host, as programs on free ports, with a data folder of their own.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/// How long a program may take for what it is told, in milliseconds.
const LIMIT = 120_000;

export const PASSWORD = "correct horse battery";

/// What the simulator's drive has that can be imported.
export const FILES = ["Proposal 2026.docx", "Logo.png", "Prices #1.xlsx", "Terms + Conditions.pdf"];

export class Stage {
  /// Starts both. `faults` are the simulator's, and `world` what else its program is told; with `isConnected` the company is, with a drive; `files` are imported.
  /// `signIn` is the sign-in service that people come in by, if there is one, with the secret of the console there.
  static async begin({ faults = [], world = [], isConnected = false, files = [], signIn, secret } = {}) {
    const stage = new Stage();
    // As long as people's paths are, and without a place to break: pages must bear it.
    stage.folder = await mkdtemp(join(tmpdir(), "console-of-a-company-with-a-long-name-and-longer-folders-"));
    try {
      if (signIn) await stage.deploy(signIn, secret);
      await stage.startSim(faults, world);
      // An empty folder remembers where its Microsoft is.
      await stage.host(
        ["--insecure-endpoints", "--graph-url", stage.sim.graph, "--login-url", stage.sim.login, "settings", "list"],
      );
      if (isConnected) await stage.connect();
      if (files.length > 0) await stage.host(["onedrive", "import", ...files]);
      await stage.serve();
    } catch (error) {
      await stage.end();
      throw error;
    }
    return stage;
  }

  /// Writes the file of the deployment.
  async deploy(signIn, secret) {
    const lines = Object.entries(signIn).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    this.config = join(this.folder, "deployment.toml");
    await writeFile(join(this.folder, "sign-in.secret"), `${secret}\n`, { mode: 0o600 });
    await writeFile(this.config, ["[sign-in]", ...lines, 'client-secret-file = "sign-in.secret"', ""].join("\n"));
  }

  async startSim(faults, world) {
    const faulty = faults.flatMap((fault) => ["--fault", fault]);
    this.simulator = spawn(program("graph-sim"), ["--json", ...faulty, ...world], { stdio: ["ignore", "pipe", "inherit"] });
    const [hello] = await said(this.simulator.stdout, /^\{.*\}$/m);
    this.sim = JSON.parse(hello);
  }

  async connect() {
    const { tenant, clientId, clientSecret, drive } = this.sim;
    const words = ["connect", "organization", "--tenant", tenant, "--client-id", clientId, "--client-secret-stdin"];
    await this.host(words, clientSecret);
    await this.host(["drives", "select", drive]);
  }

  /// Starts the host's console, on the port that it had before if there was one.
  async serve() {
    const port = this.origin ? new URL(this.origin).port : "0";
    const words = [...this.usual(), "serve", "--listen", `localhost:${port}`];
    this.server = spawn(program("clientpoint-host"), words, { stdio: ["ignore", "pipe", "pipe"] });
    const invitation = said(this.server.stdout, /\/claim\?token=[\w-]+/).catch(() => [undefined]);
    const [, origin] = await said(this.server.stderr, /the console is at (http:\/\/localhost:\d+)/);
    this.origin = origin;
    // It is printed only as long as nobody can come in.
    if (!this.invitation) [this.invitation] = await invitation;
  }

  /// The time goes by while no host runs: it is that moment for the simulator, and for the host that is started next.
  async sleepUntil(moment) {
    await this.kill();
    this.ahead = Date.parse(moment) - Date.now();
    await this.change("clock", { now: moment });
  }

  /// Ends the console as a power cut does.
  async kill() {
    await ended(this.server, "SIGKILL");
  }

  /// A command of the host, to its end; what it says as JSON.
  host(words, input = "") {
    return new Promise((resolve, reject) => {
      const options = { timeout: LIMIT, maxBuffer: 64 << 20 };
      const all = [...this.usual(), "--json", ...words];
      const running = execFile(program("clientpoint-host"), all, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${words.join(" ")}: ${stderr}${stdout}`));
        else resolve(stdout === "" ? null : JSON.parse(stdout));
      });
      running.stdin.end(input);
    });
  }

  usual() {
    const config = this.config ? ["--config", this.config] : [];
    const now = this.ahead ? ["--at", new Date(Date.now() + this.ahead).toISOString()] : [];
    return [...config, ...now, "--data", join(this.folder, "data"), "--plugin", process.env.COMPONENT];
  }

  /// The way in for somebody who has no password yet, as a path.
  async link(user) {
    const { link } = await this.host(["users", "link", user]);
    const { pathname, search } = new URL(link);
    return pathname + search;
  }

  /// Puts a file into the library by hand, and gives its File ID.
  async add(name, text = "%PDF-1.7\n% made by hand") {
    const path = join(this.folder, name);
    await writeFile(path, text);
    const { file } = await this.host(["library", "add", path]);
    return file?.id ?? assert.fail("no File ID");
  }

  /// Has the simulator do something: `put`, `delete`, `faults`, …
  async change(what, how) {
    const body = JSON.stringify(how);
    const answer = await fetch(`${this.sim.graph}/_sim/${what}`, { method: "POST", body });
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
    return answer.json();
  }

  /// Nothing has been asked of the simulator so far.
  async forget() {
    await fetch(`${this.sim.graph}/_sim/requests`, { method: "DELETE" });
  }

  /// What has been asked of it since.
  async asked() {
    return (await fetch(`${this.sim.graph}/_sim/requests`)).json();
  }

  /// From now on nothing goes wrong on the simulator's side.
  async calm() {
    await fetch(`${this.sim.graph}/_sim/faults`, { method: "DELETE" });
    await this.change("release", {});
  }

  /// Until a download hangs: whoever has begun it is in the middle of its work.
  async stalled() {
    for (const until = Date.now() + LIMIT; ; ) {
      const { stalled } = await (await fetch(`${this.sim.graph}/_sim/stats`)).json();
      if (0 < stalled) return;
      if (until < Date.now()) throw new Error("no download hangs");
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async end() {
    await Promise.all([ended(this.server, "SIGTERM"), ended(this.simulator, "SIGKILL")]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function program(name) {
  return join(process.env.PROGRAMS, name);
}

/// Waits until a program says something like this. It is listened to until its end, so that it never waits for us.
function said(stream, wanted) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`not said: ${wanted}, but: ${text}`)), LIMIT);
    stream.setEncoding("utf8").on("data", (more) => {
      text += more;
      const found = wanted.exec(text);
      if (found) {
        clearTimeout(timer);
        resolve(found);
      }
    });
    stream.on("close", () => {
      clearTimeout(timer);
      reject(new Error(`ended without ${wanted}: ${text}`));
    });
  });
}

function ended(child, signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill(signal);
  });
}
