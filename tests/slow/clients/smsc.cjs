// A carrier by node-smpp: `smsc.cjs PORT FILE`. Each message that it takes is a line of FILE. The words throttle, full, dead,
// mute and close are orders.
const fs = require('fs');
const smpp = require('smpp');

const [port, file] = process.argv.slice(2);
const REFUSED = { throttle: smpp.ESME_RTHROTTLED, full: smpp.ESME_RMSGQFUL, dead: smpp.ESME_RINVDSTADR };
let count = 0;

smpp.createServer({}, (session) => {
  session.on('bind_transceiver', (pdu) => {
    const ok = pdu.system_id === 'shop' && pdu.password === 'secret08';
    session.send(pdu.response({ command_status: ok ? 0 : smpp.ESME_RINVPASWD }));
  });
  session.on('submit_sm', (pdu) => {
    const { message, udh } = pdu.short_message;
    if (REFUSED[message]) {
      session.send(pdu.response({ command_status: REFUSED[message] }));
      return;
    }
    const header = udh ? Buffer.concat(udh).toString('hex') : '';
    const { source_addr: from, destination_addr: to, registered_delivery: receipt } = pdu;
    fs.appendFileSync(file, `${JSON.stringify({ text: message, from, to, receipt, header })}\n`);
    if (message === 'close') session.destroy();
    else if (message !== 'mute') {
      count += 1;
      session.send(pdu.response({ message_id: `A${count}` }));
    }
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('error', () => {});
}).listen(Number(port), '127.0.0.1');
