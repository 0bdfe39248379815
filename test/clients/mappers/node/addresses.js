// addresses.js REGISTRY: a lock file with the address of each package, which ours leaves out.
"use strict";

const registry = process.argv[2].replace(/\/$/, "");
const lock = JSON.parse(require("node:fs").readFileSync(0));

for (const [path, entry] of Object.entries(lock.packages)) {
  if (!path) continue;
  const name = entry.name ?? path.split("node_modules/").at(-1);
  const file = `${name.split("/").at(-1)}-${entry.version}.tgz`;
  entry.resolved = `${registry}/${name}/-/${file}`;
}
console.log(JSON.stringify(lock));
