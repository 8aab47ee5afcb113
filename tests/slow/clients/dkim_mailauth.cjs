// Says of each signature of a mail what mailauth thinks: one word a line. The records come as JSON.
const fs = require("node:fs");
const { dkimVerify } = require(process.env.NODE_MODULES + "/mailauth/lib/dkim/verify");

const [mail, records] = process.argv.slice(2);
const zone = JSON.parse(fs.readFileSync(records, "utf8"));
const resolver = async (name) => {
    if (zone[name]) return [[zone[name]]];
    throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
};
dkimVerify(fs.readFileSync(mail), { resolver }).then(({ results }) => {
    for (const it of results) console.log(it.status.result);
});
