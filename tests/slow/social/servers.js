// The directory of accounts (PLC) and a server of accounts (PDS) of the AT Protocol, in this process, on
// the ports and with the settings of the environment. Prints `ready` when both listen.
const { Database, PlcServer } = require("@did-plc/server");
const { PDS, envToCfg, envToSecrets, readEnv } = require("@atproto/pds");

async function main() {
  const plc = PlcServer.create({ db: Database.mock(), port: Number(process.env.PLC_PORT) });
  await plc.start();
  const env = readEnv();
  const pds = await PDS.create(envToCfg(env), envToSecrets(env));
  await pds.start();
  console.log("ready");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
