// Takes the addresses of sponsors out of the lock: it names versions and hashes, and no host.
const fs = require("fs");

const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
fs.writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
